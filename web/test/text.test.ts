import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { rows } from "../src/data";
import { LABELS } from "../src/labels";
import { type LabelKey, areaText, brief, listed, searchKey, setLanguage, t } from "../src/text";

afterEach(() => setLanguage("zh"));

test("every label says something in Chinese, with the same blanks in both languages", () => {
  const blanks = (text: string) => (text.match(/\{\d\}/g) || []).sort().join();
  (Object.keys(LABELS) as LabelKey[]).forEach((key) => {
    const { zh, en } = LABELS[key];
    assert.ok(zh, key);
    assert.equal(blanks(zh), blanks(en), key);
  });
});

test("blanks are filled in by number, and what fills one is not read again", () => {
  setLanguage("en");
  assert.equal(t("disputeOf", "W", "001", "2 ha", 3, 4, "002"), "W: 2 ha of grid 001; 3 of 4 departments keep it with 002");
  assert.equal(t("floorNote", "$&"), "floor $&");
});

test("a key of Object's own is no label", () => {
  assert.equal(t("constructor" as LabelKey), "constructor");
});

test("areas and lists are told as each language writes them", () => {
  assert.deepEqual([areaText(12345), areaText(2e6), listed(["a", "b"])], ["1.2 公顷", "2.00 平方公里", "a、b"]);
  setLanguage("en");
  assert.deepEqual([areaText(12345), areaText(2e6), listed(["a", "b"])], ["1.2 ha", "2.00 km²", "a, b"]);
});

test("a search minds neither full-width forms, nor case, nor blanks", () => {
  assert.equal(searchKey(" ＡＢ　c１ "), "abc1");
  assert.equal(brief("1234567", 5), "1234…");
  assert.equal(brief("12345", 5), "12345");
});

test("columns become rows that are read by name", () => {
  assert.deepEqual(rows({ id: ["a", "b"], load: [1, null] }), [{ id: "a", load: 1 }, { id: "b", load: null }]);
  assert.deepEqual(rows({ id: [] as string[] }), []);
});
