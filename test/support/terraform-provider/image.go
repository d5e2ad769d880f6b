package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

type image struct{}

func (image) serves() []string {
	return []string{"name", "build", "keep_locally", "force_remove", "platform", "triggers"}
}

func (image) changeable() []string { return []string{"keep_locally", "force_remove"} }

// Built where there is a `build`, else pulled unless it is there.
func (image image) create(ctx context.Context, daemon *daemon, wanted fields) (string, error) {
	name := wanted.text("name")
	if builds := wanted.blocks("build"); len(builds) > 0 {
		if err := buildImage(ctx, daemon, name, builds[0]); err != nil {
			return "", err
		}
	}
	found, err := inspectImage(ctx, daemon, name)
	if isMissing(err) {
		query := url.Values{"fromImage": {name}}
		if platform := wanted.text("platform"); platform != "" {
			query.Set("platform", platform)
		}
		if err := daemon.stream(ctx, "/images/create?"+query.Encode(), nil, "application/json"); err != nil {
			return "", err
		}
		found, err = inspectImage(ctx, daemon, name)
	}
	if err != nil {
		return "", err
	}
	return found.Id + name, nil
}

type inspectedImage struct {
	Id          string
	RepoDigests []string
}

func inspectImage(ctx context.Context, daemon *daemon, name string) (found inspectedImage, err error) {
	err = daemon.call(ctx, "GET", "/images/"+name+"/json", nil, &found)
	return found, err
}

func (image) read(ctx context.Context, daemon *daemon, known fields) (fields, bool, error) {
	found, err := inspectImage(ctx, daemon, known.text("name"))
	if isMissing(err) || err == nil && !strings.HasPrefix(known.text("id"), found.Id) {
		return nil, false, nil
	}
	digest := ""
	if len(found.RepoDigests) > 0 {
		digest = found.RepoDigests[0]
	}
	return fields{"image_id": found.Id, "repo_digest": digest}, err == nil, err
}

func (image) remove(ctx context.Context, daemon *daemon, known fields) error {
	if known.truth("keep_locally", false) {
		return nil
	}
	force := "?force=false"
	if known.truth("force_remove", false) {
		force = "?force=true"
	}
	return unlessMissing(daemon.call(ctx, "DELETE", "/images/"+known.text("name")+force, nil, nil))
}

func buildImage(ctx context.Context, daemon *daemon, name string, build fields) error {
	arguments, err := json.Marshal(build.textMap("build_args"))
	if err != nil {
		return err
	}
	labels, err := json.Marshal(build.textMap("labels"))
	if err != nil {
		return err
	}
	query := url.Values{
		"t":          append([]string{name}, build.texts("tag")...),
		"dockerfile": {firstOf(build.text("dockerfile"), "Dockerfile")},
		"buildargs":  {string(arguments)},
		"labels":     {string(labels)},
		"rm":         {"1"},
	}
	if platform := build.text("platform"); platform != "" {
		query.Set("platform", platform)
	}
	if build.truth("force_remove", false) {
		query.Set("forcerm", "1")
	}
	if build.truth("no_cache", false) {
		query.Set("nocache", "1")
	}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(packFolder(writer, build.text("context"))) }()
	return daemon.stream(ctx, "/build?"+query.Encode(), reader, "application/x-tar")
}

func packFolder(target io.Writer, folder string) error {
	archive := tar.NewWriter(target)
	if err := archive.AddFS(noLinks{os.DirFS(folder), folder}); err != nil {
		return err
	}
	return archive.Close()
}

// A folder's plain files and folders.
type noLinks struct {
	fs.FS
	folder string
}

func (folder noLinks) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(filepath.Join(folder.folder, name))
	kept := []fs.DirEntry{}
	for _, entry := range entries {
		if entry.IsDir() || entry.Type().IsRegular() {
			kept = append(kept, entry)
		}
	}
	return kept, err
}
