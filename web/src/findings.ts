// The third tab: the docket, and all findings folded by department and kind.
import { rows, type Row } from "./data";
import { grouped } from "./group";
import { docketList } from "./docket";
import { type Child, h } from "./dom";
import { noteLine } from "./notes";
import type { Remarks } from "./payload";
import { sum } from "./plan";
import { DATA, edits, inputTitle, layers } from "./state";
import { brief, inLanguage, number, t } from "./text";
import { flyTo } from "./view";
import { count, fold, longList, quiet } from "./widgets";

type Remark = Row<Remarks>;

// Findings of a kind that are shown before "more".
const SHOWN = 30;
const remarks = rows(DATA.remarks);

export function checkTab(): Child {
  const lists: Child[] = (["error", "warning", "note"] as const).map((severity) => {
    const found = remarks.filter((remark) => remark.severity === severity);
    if (!found.length) return null;
    return h("section", { class: "remarks " + severity }, h("h3", {}, t(severity), count(trueCount(found))), byLayer(severity, found));
  });
  if (DATA.unlisted) lists.push(quiet(t("unlisted", number(DATA.unlisted))));
  return [docketList(),
    DATA.audience === "platform" && edits.notes.length ? h("section", { class: "notes" }, h("h3", {}, t("notes")), edits.notes.map(noteLine)) : null,
    remarks.length ? lists : h("p", { class: "lead" }, t("findingsNone"))];
}

// Each department finds its own; what concerns the whole project comes first.
function byLayer(severity: string, found: Remark[]) {
  const groups = grouped(found, (remark) => remark.layer);
  const place = (key: string) => layers.findIndex((layer) => layer.data.key === key);
  const keys = Array.from(groups.keys()).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  return keys.map((key) => {
    const group = groups.get(key) as Remark[];
    const id = severity + "/" + key;
    const name = key ? brief(inputTitle(key), 40) : t("wholeProject");
    return fold(id, name, trueCount(group), !key && severity !== "note", byKind(id, group));
  });
}

// Ten alike are told once, by the first of them; the others are behind it.
function byKind(id: string, group: Remark[]) {
  return Array.from(grouped(group, (remark) => remark.kind)).map(([kind, alike]) => {
    if (alike.length === 1) return remarkLine(alike[0]);
    const hidden = trueCount(alike) - alike.length;
    const name = brief(inLanguage(alike[0]), 90);
    return fold(id + "/" + kind, name, trueCount(alike), false, [
      longList(id + "/" + kind, alike, SHOWN, remarkLine),
      hidden ? quiet(t("moreInTable", number(hidden))) : null]);
  });
}

// How many there are, whether they are listed here or not.
function trueCount(some: Remark[]) {
  const groups = grouped(some, (remark) => remark.kind + "/" + remark.layer);
  return sum(Array.from(groups).map(([key, group]) => DATA.counts[key] || group.length));
}

function remarkLine(remark: Remark) {
  const { lon, lat } = remark;
  const text = brief(inLanguage(remark), 400);
  if (lon === null || lat === null) return h("p", { class: "remark" }, text);
  return h("button", { class: "remark", onclick: () => flyTo(lon, lat) }, text);
}
