// Images for containers that run without a registry: made of packages, or imported.
export { ImageStore, type ImageStoreOptions, nginxReference, type StoredImage } from "./image-store.ts";
