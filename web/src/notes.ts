// Notes: a pin and a few words, kept with the edits.
import { type Child, h } from "./dom";
import type { Note } from "./edits";
import { hasPlace } from "./paint";
import { DATA, autosave, changed, edits, state } from "./state";
import { brief, t } from "./text";
import { toast } from "./toast";
import { closePanel, flyTo } from "./view";
import { link } from "./widgets";

export function notesList() {
  return h("section", { class: "notes" },
    h("h3", {}, t("notes")),
    edits.notes.map((note, i) => h("div", { class: "remark" }, noteLine(note, i), removeButton(i))),
    pinForm());
}

export function noteLine(note: Note, i: number) {
  const go = () => (hasPlace(note) ? flyTo(note.lon, note.lat) : toast(t("elsewhere"), true));
  const by = note.by ? h("span", { class: "quiet" }, " — " + brief(note.by, 40)) : null;
  return link([i + 1 + ". " + brief(note.text, 300), by], go);
}

function removeButton(i: number) {
  const remove = () => { edits.notes.splice(i, 1); autosave(); changed("notes"); };
  return h("button", { class: "aside link", onclick: remove }, t("remove"));
}

function pinForm(): Child {
  if (state.pinning === true) return h("p", { class: "target empty" }, t("noteWhere"));
  if (state.pinning) return noteForm(state.pinning);
  const start = () => {
    state.pinning = true;
    changed("panel");
    closePanel();
    toast(t("noteWhere"));
  };
  return h("button", { class: "plain", id: "gm-note", onclick: start }, t("noteAdd"));
}

const degrees = (value: number) => Number(value.toFixed(6));

function noteForm(place: L.LatLng) {
  const text = h("textarea", { class: "field", id: "gm-note-text", rows: "3", maxlength: "500", placeholder: t("noteText") });
  setTimeout(() => text.focus(), 0);
  const save = () => {
    const said = text.value.trim();
    const at = { lon: degrees(place.lng), lat: degrees(place.lat) };
    if (said) edits.notes.push(Object.assign(at, { text: said, by: edits.by, datum: DATA.basemap.datum }));
    state.pinning = false;
    autosave();
    changed("notes");
  };
  const cancel = () => { state.pinning = false; changed("panel"); };
  return h("div", {}, text, h("div", { class: "row" },
    h("button", { class: "solid", id: "gm-note-save", onclick: save }, t("save")),
    h("button", { class: "plain", onclick: cancel }, t("cancel"))));
}
