// The static picture that Python drew, as it is saved and printed: with the run and the numbers that the reader laid over it.
'use strict';

/** @param {Page} page */
function still(page) {
  const {scene, host} = page;
  /** As Python drew it. @type {SVGSVGElement | undefined} */
  let untouched;
  /** The picture that stands in the page. @returns {SVGSVGElement} */
  const standing = () => /** @type {SVGSVGElement} */ (document.querySelector('#static svg'));

  /** @param {Element} where @param {string} tag @param {Record<string, string | number>} attributes @param {string} text */
  function draw(where, tag, attributes, text = '') {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    element.textContent = text;
    where.append(element);
    return element;
  }

  /** A copy of it, with what the reader laid over it, and a line that says so. */
  function copy() {
    const later = $('later'), {run, yours} = page, ink = scene.light;
    later?.replaceWith(document.importNode(parsed(later.textContent ?? '', 'image/svg+xml').documentElement, true));
    untouched ??= standing();
    const svg = /** @type {SVGSVGElement} */ (untouched.cloneNode(true)), said = [run.title(), yours.title()].filter(Boolean).join(' · ');
    if (!said || !scene.drawn) return svg;
    const measure = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
    const stage = /** @type {SVGGElement} */ (svg.querySelector('g')), bold = {'font-weight': 600};
    measure.font = `600 16px ${getComputedStyle(document.body).fontFamily}`;
    const boxes = [...stage.children].filter(one => one.localName === 'g').slice(-host.nodes.length); // drawn last, in this order
    host.nodes.forEach((node, n) => {
      const number = yours.number(node.id), value = run.value(node.id);
      const [shape, label] = ['path', 'text'].map(tag => /** @type {Element} */ (boxes[n].querySelector(tag)));
      if (number) {
        shape.setAttribute('fill', yours.fill(node.id));
        label.setAttribute('fill', yours.ink(node.id));
      } else if (yours.title()) shape.setAttribute('fill', ink.panel);
      if (value?.look === 'off') shape.setAttribute('stroke-dasharray', '7 5');
      /** @param {string | undefined} text @param {number} y @param {boolean} strong */
      const badge = (text, y, strong) => {
        if (!text) return;
        const wide = measure.measureText(text).width + 20, x = node.x + node.wide / 2 + 8 - wide;
        draw(stage, 'rect', {x, y, width: wide, height: 24, rx: 8, fill: strong ? ink.accent : ink.panel, stroke: ink.ink, 'stroke-width': 1.2});
        draw(stage, 'text', {x: x + 10, y: y + 17.5, 'font-size': 16, ...bold, fill: strong ? ink['on-accent'] : ink.ink}, text);
      };
      badge(value?.said, node.y - node.high / 2 - (node.lines.length > 2 ? 22 : 15), !!value?.changed);
      badge(number, node.y + node.high / 2 - 8, false);
    });
    const line = draw(svg, 'text', {x: 28, y: 63, 'font-size': 15, ...bold, fill: ink.accent}, said);
    const room = svg.viewBox.baseVal.width - 60, far = measure.measureText(said).width * 15 / 16;
    if (far > room) {
      line.setAttribute('textLength', String(room));
      line.setAttribute('lengthAdjust', 'spacingAndGlyphs');
    }
    return svg;
  }

  function print() {
    const now = copy();
    standing().replaceWith(now);
  }
  addEventListener('beforeprint', print);
  matchMedia('print').addEventListener('change', print);
  return {copy};
}
