// Text is only ever put in as text: no name from a file can become markup.
const DATA = JSON.parse(document.getElementById("gm-data").textContent);
const SVG_NS = "http://www.w3.org/2000/svg";
let language = DATA.language;

function t(key) {
  const pair = Object.prototype.hasOwnProperty.call(LABELS, key) ? LABELS[key] : [key, key];
  let text = pair[language === "zh" ? 0 : 1];
  for (let i = 1; i < arguments.length; i++) text = text.split("{" + (i - 1) + "}").join(String(arguments[i]));
  return text;
}

// h("div", {class: "x", onclick: f}, child, "text")
function h(tag, attributes) {
  const element = document.createElement(tag);
  const given = attributes || {};
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === null || value === undefined || value === false) continue;
    if (name.slice(0, 2) === "on") element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.keys(value).forEach((key) => element.style.setProperty(key, value[key]));
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (let i = 2; i < arguments.length; i++) append(element, arguments[i]);
  return element;
}

function append(element, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((one) => append(element, one));
  else element.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
}

function fill(element) {
  while (element.firstChild) element.removeChild(element.firstChild);
  for (let i = 1; i < arguments.length; i++) append(element, arguments[i]);
  return element;
}

const $ = (id) => document.getElementById("gm-" + id);

// A count that is withheld, because it could point at a household, is null.
function number(value, digits) {
  if (value === null) return "<5";
  const places = digits === undefined ? (Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0) : digits;
  const parts = Number(value).toFixed(places).split(".");
  parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
  return parts.join(".");
}

function areaParts(m2) {
  const [large, small] = language === "zh" ? ["平方公里", "公顷"] : ["km²", "ha"];
  return m2 >= 1e6 ? [number(m2 / 1e6, 2), large] : [number(m2 / 1e4, 1), small];
}
const areaText = (m2) => areaParts(m2).join(" ");
// What projects usually count has a name and a unit; what only this project counts keeps the name it was given.
const word = (name, which) => (DATA.words[name] ? DATA.words[name][which][language === "zh" ? 0 : 1] : which ? "" : name);
const workName = (name) => word(name, 0);
const unitOf = (name) => word(name, 1);

// A name can be 10,000 characters long; a line of the page cannot.
const brief = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

function relabel() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-t]").forEach((element) => { element.textContent = t(element.getAttribute("data-t")); });
  document.querySelectorAll("[data-t-title]").forEach((element) => {
    element.title = t(element.getAttribute("data-t-title"));
    element.setAttribute("aria-label", element.title);
  });
  document.querySelectorAll("[data-t-placeholder]").forEach((element) => {
    element.placeholder = t(element.getAttribute("data-t-placeholder"));
    element.setAttribute("aria-label", element.placeholder);
  });
}
