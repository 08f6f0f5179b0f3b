import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "src/payload.ts", "src/labels.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    rules: {
      // a catch says in a comment why nothing is lost; its error need not be looked at
      "@typescript-eslint/no-unused-vars": ["error", { caughtErrors: "none" }],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "max-params": ["error", 6],
      "max-lines-per-function": ["error", { max: 57, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 14],
      "prefer-const": "error",
      // the bundle speaks the language of 2018, and so do browsers: no library that came later
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text is only ever put in as text: use h()." },
        { property: "outerHTML", message: "Text is only ever put in as text: use h()." },
        { property: "insertAdjacentHTML", message: "Text is only ever put in as text: use h()." },
        { property: "replaceAll", message: "Browsers before 2020 do not know it." },
        { property: "flatMap", message: "Browsers before 2019 do not know it." },
        { property: "flat", message: "Browsers before 2019 do not know it." },
        { object: "Object", property: "fromEntries", message: "Browsers before 2019 do not know it." },
      ],
    },
  },
);
