// The panel at the side: which tabs there are, and which is open.
import { adjustTab, renewAdjust } from "./adjust";
import { forgetBars } from "./bars";
import { $, type Child, fill, h } from "./dom";
import { checkTab } from "./findings";
import { layersTab } from "./layers";
import { overviewTab } from "./overview";
import { netMoves } from "./rules";
import { DATA, type Tab, edits, plan, state } from "./state";
import { t } from "./text";
import { count } from "./widgets";

const DRAW: Record<Tab, () => Child> = { overview: overviewTab, layers: layersTab, check: checkTab, edit: adjustTab };
const TABS: Tab[] = ["overview", "layers"];
if (DATA.audience !== "public") TABS.push("check");
if (DATA.audience === "meeting") TABS.push("edit");

function showTabs() {
  fill($("tabs"), TABS.map((name) => {
    const open = () => { state.tab = name; showPanel(); };
    const moved = name === "edit" && edits.done.length ? count(netMoves(plan).length) : null;
    const selected = String(state.tab === name);
    return h("button", { role: "tab", "aria-selected": selected, "data-tab": name, onclick: open }, t(name), moved);
  }));
}

export function showPanel() {
  const scroll = $("tab").scrollTop;
  showTabs();
  forgetBars();
  fill($("tab"), DRAW[state.tab]());
  $("tab").scrollTop = scroll;
}

export function renewPanel() {
  if (renewAdjust()) showTabs();
  else showPanel();
}
