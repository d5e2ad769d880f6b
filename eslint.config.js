// Lint with types. What a formatter does is left to prettier.
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const processWideNames = [
  { object: "process", property: "exit", message: "Only the edges end the process: throw, or return a code." },
  { object: "process", property: "env", message: "Take the environment as a parameter." },
];

export default defineConfig(
  { ignores: ["dist/", "coverage/", "node_modules/", ".mesos-up/", "examples/"] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      // Messages of the protocol are open at their end: a delete of a field or an index by a computed name is ordinary there.
      "@typescript-eslint/no-dynamic-delete": "off",
      "max-params": ["error", 4],
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/engine/mesos-*.ts"],
    rules: {
      "no-console": "error",
      "no-restricted-properties": ["error", ...processWideNames],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off", "max-params": "off" },
  },
  { files: ["**/*.{js,mjs,cjs}"], extends: [tseslint.configs.disableTypeChecked] },
);
