// Bundles each page's script into the Python package, as one classic script in the language of 2018 (offices keep browsers
// for ten years). With --check nothing is written: it fails where a committed bundle is not what the sources give.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PAGES = ["map", "atlas", "trouble"];
const SERVED_FROM = "../gridmerge/products/map/assets";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const bundles = await build({
  absWorkingDir: here("."),
  entryPoints: PAGES.map((page) => `src/${page}.ts`),
  outdir: here(SERVED_FROM),
  bundle: true,
  format: "iife",
  target: "es2018",
  charset: "utf8",
  legalComments: "none",
  // the page stays small; names and lines stay, so that a change of the bundle can be read
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  write: !process.argv.includes("--check"),
});

if (process.argv.includes("--check")) {
  const stale = bundles.outputFiles.filter((file) => readFileSync(file.path, "utf8") !== file.text);
  stale.forEach((file) => console.error(`${file.path} is not what web/src gives: run npm run build and commit it`));
  process.exitCode = stale.length ? 1 : 0;
}
