import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import globals from "globals";

export default [
  { ignores: [".venv/", "build/", "dist/", "layers/browser/dist/", "layers/browser/vendor/", "**/*.ts"] },
  js.configs.recommended,
  {
    plugins: { "@stylistic": stylistic },
    languageOptions: { ecmaVersion: 2023, globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      // Names that are only in types look unused to the linter; the compiler reports those that really are.
      "no-unused-vars": ["error", { args: "after-used", caughtErrors: "none" }],
      "@stylistic/max-len": ["error", { code: 140, ignoreTemplateLiterals: true }],
      "@stylistic/semi": "error",
      "@stylistic/quotes": ["error", "double", { avoidEscape: true, allowTemplateLiterals: "always" }],
      "@stylistic/indent": ["error", 2, { SwitchCase: 1, ignoredNodes: ["ConditionalExpression"] }],
      "@stylistic/eol-last": "error",
      "@stylistic/no-trailing-spaces": "error",
    },
  },
  { files: ["tests/js/**"], languageOptions: { globals: globals.node } },
];
