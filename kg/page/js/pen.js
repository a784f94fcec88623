// A canvas that writes SVG: what painter() paints on it becomes elements, so that a saved picture is what was seen.
'use strict';

/** As much of a canvas as painter() uses; a path is its text. Whatever else is called fails. */
class Pen {
  /** @param {SVGElement} into @param {CanvasRenderingContext2D} ruler measures texts */
  constructor(into, ruler) {
    this.into = into;
    this.ruler = ruler;
    this.x = this.y = 0;
    this.fillStyle = this.strokeStyle = '#000000';
    this.globalAlpha = 1;
    this.lineWidth = 1;
    this.lineCap = this.lineJoin = '';
    this.font = '16px sans-serif';
    this.textAlign = 'left';
    this.textBaseline = 'alphabetic';
    /** @type {number[]} */
    this.dash = [];
    this.way = '';
    /** @type {object[]} */
    this.kept = [];
  }
  save() {
    const {kept, ...state} = this;
    this.kept.push(state);
  }
  restore() {
    Object.assign(this, this.kept.pop());
  }
  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.x += x;
    this.y += y;
  }
  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }
  /** @param {string} tag @param {Record<string, string | number>} attributes @param {string} text */
  draw(tag, attributes, text = '') {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    const moved = this.x || this.y ? {transform: `translate(${tidy(this.x)} ${tidy(this.y)})`} : {};
    const faint = this.globalAlpha < 1 ? {opacity: tidy(this.globalAlpha)} : {};
    for (const [name, value] of Object.entries({...attributes, ...moved, ...faint})) element.setAttribute(name, typeof value === 'number' ? tidy(value) : value);
    element.textContent = text;
    this.into.append(element);
    return element;
  }
  line() {
    return {
      fill: 'none', stroke: this.strokeStyle, 'stroke-width': this.lineWidth,
      ...this.lineCap && {'stroke-linecap': this.lineCap}, ...this.lineJoin && {'stroke-linejoin': this.lineJoin},
      ...this.dash.length ? {'stroke-dasharray': this.dash.map(tidy).join(' ')} : {}
    };
  }
  beginPath() {
    this.way = '';
  }
  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.way += `M${tidy(x)} ${tidy(y)}h${tidy(width)}v${tidy(height)}h${tidy(-width)}Z`;
  }
  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
  roundRect(x, y, width, height, radius) {
    const c = Math.min(radius, width / 2, height / 2), arc = (/** @type {number} */ dx, /** @type {number} */ dy) => `a${tidy(c)} ${tidy(c)} 0 0 1 ${tidy(dx)} ${tidy(dy)}`;
    this.way += `M${tidy(x + c)} ${tidy(y)}h${tidy(width - 2 * c)}${arc(c, c)}v${tidy(height - 2 * c)}${arc(-c, c)}h${tidy(2 * c - width)}${arc(-c, -c)}v${tidy(2 * c - height)}${arc(c, -c)}Z`;
  }
  /** A whole circle. @param {number} x @param {number} y @param {number} radius */
  arc(x, y, radius) {
    this.way += `M${tidy(x - radius)} ${tidy(y)}a${tidy(radius)} ${tidy(radius)} 0 1 0 ${tidy(2 * radius)} 0a${tidy(radius)} ${tidy(radius)} 0 1 0 ${tidy(-2 * radius)} 0Z`;
  }
  /** @param {string} [path] */
  fill(path = this.way) {
    if (path) this.draw('path', {d: path, fill: this.fillStyle});
  }
  /** @param {string} [path] */
  stroke(path = this.way) {
    if (path) this.draw('path', {d: path, ...this.line()});
  }
  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.draw('rect', {x, y, width, height, fill: this.fillStyle});
  }
  /** @param {string} text */
  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }
  /** @param {string} text @param {number} x @param {number} y @param {object} look */
  write(text, x, y, look) {
    const [, bold, size] = /^(?:(\d+) )?([\d.]+)px/.exec(this.font) ?? ['', '', '16'];
    this.draw('text', {
      x, y: this.textBaseline === 'middle' ? y + 0.35 * +size : y, 'font-size': +size, ...bold && {'font-weight': bold},
      ...this.textAlign === 'center' && {'text-anchor': 'middle'}, ...look
    }, text);
  }
  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    this.write(text, x, y, {fill: this.fillStyle});
  }
  /** @param {string} text @param {number} x @param {number} y */
  strokeText(text, x, y) {
    this.write(text, x, y, this.line());
  }
}
/** Two decimals at most. @param {number} number */
const tidy = number => String(+number.toFixed(2));
