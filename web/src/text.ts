// Every sentence of the page comes from the catalogue of labels, in the language chosen.
import { LABELS } from "./labels";
import type { Words } from "./payload";

export type LabelKey = keyof typeof LABELS;
export type Language = "zh" | "en";

let language: Language = "zh";

export const isChinese = () => language === "zh";

export function setLanguage(chosen: Language) {
  language = chosen;
}

export function toggleLanguage() {
  setLanguage(isChinese() ? "en" : "zh");
}

// One of two languages, of whatever has a text in each.
export const inLanguage = (words: Words) => words[language];

// The label of a key, with {0} {1} … filled in.
export function t(key: LabelKey, ...blanks: (string | number)[]) {
  const known = Object.prototype.hasOwnProperty.call(LABELS, key);
  const label = known ? inLanguage(LABELS[key]) : key;
  return blanks.reduce((text: string, blank, i) => text.split("{" + i + "}").join(String(blank)), label);
}

// A count that is withheld, because it could point at a household, is null.
export function number(value: number | null, digits?: number) {
  if (value === null) return "<5";
  const wanted = Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0;
  const parts = Number(value).toFixed(digits === undefined ? wanted : digits).split(".");
  parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
  return parts.join(".");
}

export const percent = (share: number) => (share > 0 && share < 0.01 ? "<1%" : Math.round(share * 100) + "%");

export function areaParts(m2: number): [string, string] {
  if (m2 >= 1e6) return [number(m2 / 1e6, 2), t("squareKilometre")];
  return [number(m2 / 1e4, 1), t("hectare")];
}

export const areaText = (m2: number) => areaParts(m2).join(" ");

// A name can be 10,000 characters long; a line of the page cannot.
export const brief = (text: string, length: number) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

// What a search compares: full-width forms, case and blanks make no difference.
export const searchKey = (text: string) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

// Names one after another, as each language separates them.
export const listed = (names: string[]) => names.join(t("comma"));
