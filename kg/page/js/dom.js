// Elements of the page: found by id or selector, made from attributes, read from text that Python escaped.
'use strict';

/** @type {<K extends keyof Ids>(id: K) => Ids[K]} */
const $ = id => /** @type {any} */ (document.getElementById(id));

/** @type {<E extends Element = HTMLElement>(selector: string) => E[]} */
const all = selector => [.../** @type {NodeListOf<any>} */ (document.querySelectorAll(selector))];

/** @type {(selector: string) => HTMLElement | null} */
const first = selector => document.querySelector(selector);

/** @type {(event: Event) => HTMLElement} */
const target = event => /** @type {HTMLElement} */ (event.target);

/** @typedef {string | Node} Inside */
/**
 * An element; attributes by name, on... as listeners.
 * @param {string} tag
 * @param {Record<string, string | number | boolean | (() => void)>} attributes
 * @param {(Inside | Inside[])[]} inside
 */
function make(tag, attributes, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  element.append(...inside.flat().filter(one => one !== ''));
  return element;
}

/** @type {(text: string, type: DOMParserSupportedType) => Document} */
const parsed = (text, type) => new DOMParser().parseFromString(text, type);

/** Shows one element of a kind: the class .on. @type {(kind: string, selector: string) => HTMLElement | null} */
function only(kind, selector) {
  const chosen = selector ? first(selector) : null;
  for (const other of all(`.${kind}.on`)) if (other !== chosen) other.classList.remove('on');
  chosen?.classList.add('on');
  return chosen;
}
