// The view of the picture: which part of it is seen, and how large.
'use strict';

/** @param {HTMLElement} host @param {() => void} seen what is called when it is another part, or another size @returns {View} */
function view(host, seen) {
  const LEAST = 0.08, MOST = 3, LETTERS = 9.2 / 21; // of the scale; as small as letters of boxes may be at first look
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  /** @type {Corner} */
  let frame = [0, 0, 1, 1];
  let x = 0, y = 0, scale = 0; // the middle, and pixels to a unit; 0 before the first picture
  host.append(svg);

  function show() {
    const {clientWidth: w, clientHeight: h} = host;
    if (!scale || !w || !h) return;
    svg.setAttribute('viewBox', [x - w / 2 / scale, y - h / 2 / scale, w / scale, h / scale].map(n => n.toFixed(2)).join(' '));
    seen();
  }
  function whole() {
    const {clientWidth: w, clientHeight: h} = host, [left, top, wide, high] = frame;
    if (!w || !h) return;
    scale = Math.max(LEAST, Math.min(w / wide, h / high, 1.4));
    [x, y] = [left + wide / 2, top + high / 2];
    show();
  }
  /** A point of the page, in units of the picture. @param {{clientX: number, clientY: number}} event @returns {[number, number]} */
  function point({clientX, clientY}) {
    const box = host.getBoundingClientRect();
    return [x + (clientX - box.left - box.width / 2) / scale, y + (clientY - box.top - box.height / 2) / scale];
  }
  /** @param {number} by @param {[number, number]} at what stays where it is */
  function zoom(by, at = [x, y]) {
    const next = Math.max(LEAST, Math.min(MOST, scale * by)), part = 1 - scale / next;
    x += (at[0] - x) * part;
    y += (at[1] - y) * part;
    scale = next;
    show();
  }
  /** @param {number} dx @param {number} dy in pixels */
  function pan(dx, dy) {
    x += dx / scale;
    y += dy / scale;
    show();
  }
  /** Moves there if it is out of sight. @param {Corner} box */
  function reveal([left, top, wide, high]) {
    const w = host.clientWidth / 2 / scale, h = host.clientHeight / 2 / scale;
    if (left < x - w || left + wide > x + w) x = left + wide / 2;
    if (top < y - h || top + high > y + h) y = top + high / 2;
    show();
  }
  /** A picture in place of the last one, seen from where that was seen. @param {Drawn} drawn @param {boolean} anew */
  function put(drawn, anew) {
    const made = new DOMParser().parseFromString(drawn.svg, 'image/svg+xml').documentElement; // from Python, in which every text was escaped
    svg.replaceChildren(...document.importNode(made, true).childNodes);
    svg.setAttribute('font-family', made.getAttribute('font-family') ?? '');
    frame = drawn.frame;
    if (!anew && scale) return show();
    whole();
    if (!scale || scale >= LETTERS) return;
    scale = LETTERS; // as much of it as can be read, from the upper left
    [x, y] = [Math.min(x, frame[0] + host.clientWidth / 2 / scale), Math.min(y, frame[1] + host.clientHeight / 2 / scale)];
    show();
  }

  /** Where each pointer is. @type {Map<number, PointerEvent>} */
  const held = new Map;
  let far = 0; // that the last pointer went
  host.addEventListener('pointerdown', event => {
    if (event.button || event.defaultPrevented) return;
    held.set(event.pointerId, event);
    far = 0;
  });
  addEventListener('pointermove', event => {
    const before = held.get(event.pointerId);
    if (!before) return;
    held.set(event.pointerId, event);
    far += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    const [other] = [...held.values()].filter(one => one.pointerId !== event.pointerId);
    if (other) { // two fingers
      const apart = (/** @type {PointerEvent} */ one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      zoom(apart(event) / apart(before), point(other));
    } else pan(before.clientX - event.clientX, before.clientY - event.clientY);
  });
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) addEventListener(end, event => held.delete(event.pointerId));
  host.addEventListener('wheel', event => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), point(event));
    else if (event.shiftKey) pan(event.deltaY, 0);
    else pan(event.deltaX, event.deltaY);
  }, {passive: false});
  new ResizeObserver(() => scale ? show() : whole()).observe(host);
  return {svg, put, whole, zoom, pan, point, reveal, moved: () => far > 5, scale: () => scale};
}
