// A sentence that shows for a moment.
import { $ } from "./dom";

const READ_MS = 2200;
const READ_BAD_MS = 5000;
let timer = 0;

export function hideToast() {
  $("toast").className = "gm-toast";
}

export function toast(text: string, bad = false) {
  const box = $("toast");
  box.textContent = text;
  box.className = "gm-toast show " + (bad ? "bad" : "");
  clearTimeout(timer);
  timer = window.setTimeout(hideToast, bad ? READ_BAD_MS : READ_MS);
}
