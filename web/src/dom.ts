// Text is only ever put in as text: no name from a file can become markup.
import { type LabelKey, isChinese, t } from "./text";

export const SVG_NS = "http://www.w3.org/2000/svg";

export type Child = Node | string | number | null | undefined | false | Child[];
type Handler = (event: Event) => void;
type Attribute = string | number | boolean | null | undefined | Handler | Record<string, string>;
type Attributes = Record<string, Attribute>;

// h("div", {class: "x", onclick: f}, child, "text")
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]) {
  const element = document.createElement(tag);
  const given = attributes || {};
  for (const name of Object.keys(given)) setAttribute(element, name, given[name]);
  children.forEach((child) => append(element, child));
  return element;
}

function setAttribute(element: HTMLElement, name: string, value: Attribute) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (typeof value === "object") Object.keys(value).forEach((key) => element.style.setProperty(key, value[key]));
  else element.setAttribute(name, value === true ? "" : String(value));
}

export function append(element: Element, child: Child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((one) => append(element, one));
  else element.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
}

export function fill(element: Element, ...children: Child[]) {
  while (element.firstChild) element.removeChild(element.firstChild);
  children.forEach((child) => append(element, child));
  return element;
}

// The page's own skeleton holds every element that is asked for.
export const $ = (id: string) => document.getElementById("gm-" + id) as HTMLElement;
export const field = (id: string) => $(id) as HTMLInputElement;
export const edited = (event: Event) => event.target as HTMLInputElement;

export function relabel() {
  document.documentElement.lang = isChinese() ? "zh-CN" : "en";
  const each = (attribute: string, use: (element: HTMLInputElement, text: string) => void) =>
    document.querySelectorAll<HTMLInputElement>("[" + attribute + "]").forEach((element) =>
      use(element, t(element.getAttribute(attribute) as LabelKey)));
  each("data-t", (element, text) => { element.textContent = text; });
  each("data-t-title", (element, text) => {
    element.title = text;
    element.setAttribute("aria-label", text);
  });
  each("data-t-placeholder", (element, text) => {
    element.placeholder = text;
    element.setAttribute("aria-label", text);
  });
}
