// The picture as it is saved and printed: what is seen, in the colours of paper, with what is shown, a legend of what is in
// it, a colour scale, a caption, the source and how to cite it.
'use strict';

/** @param {Page} page */
function still(page) {
  const {scene, state} = page, EDGE = 28, TOP = 24;
  const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  const face = getComputedStyle(document.body).fontFamily;
  /** The text of an element that is shown. @param {Element | null | undefined} element */
  const text = element => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();

  /** What the picture shows, a line for each thing that the reader chose. */
  function chosen() {
    const {light, run, yours, picture} = page, said = [run.title(), yours.title()];
    const stop = state.tab !== 'runs' && !state.pick && state.stop ? text(first('.stop.on h2')) : '';
    if (light.lit()) said.push([
      state.pick ? speak`Chosen: ${state.pick[0] === 'n' ? page.label(+state.pick.slice(1)) : page.say(+state.pick.slice(1))}` : stop && speak`Stop ${state.stop}: ${stop}`,
      light.filtering() && text($('passing')) + ' ' + named(), speak`Everything else is faint.`
    ].filter(Boolean).join('. ').replace(/\.\./g, '.'));
    return [picture.part(), ...said].filter(Boolean);
  }
  /** The filters that are on, in words. */
  const named = () => all('fieldset:has([data-facet]:checked)').map(facet => text(facet.querySelector('legend')) + ': ' +
    [...facet.querySelectorAll('label:has(:checked) > span')].map(one => text(one.firstChild?.parentElement).replace(/ \d+$/, '')).join(', ')).join('; ') + '.';

  /** What is said below the picture. */
  function caption() {
    if (page.run.title() && state.tab !== 'tour') return [text($('against')), ...[...$('outcomes').querySelectorAll('dt')].map(dt => `${text(dt)}: ${text(dt.nextElementSibling)}.`)];
    return [text(first(state.stop && state.tab === 'tour' ? '.stop.on .caption:not(.simple)' : '.stop[data-stop="0"] .caption'))];
  }

  /** The picture that is seen, by itself. */
  function copy() {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), own = page.colour, seen = page.picture.seen();
    const width = Math.max(seen.width, 560) + 24, room = width - 2 * EDGE, pen = new Pen(svg, ruler), colour = scene.light;
    page.colour = colour;
    let y = 10;
    /** A paragraph. @param {string} said @param {number} size @param {string} ink @param {string} bold */
    const write = (said, size, ink, bold = '', inset = 0) => {
      pen.font = `${bold && bold + ' '}${size}px ${face}`;
      pen.fillStyle = colour[ink];
      for (const row of rows(said, room - inset, one => pen.measureText(one).width)) {
        y += size * 1.35;
        pen.fillText(row, EDGE + inset, y);
      }
      if (said) y += size * 0.25;
    };
    try {
      svg.setAttribute('font-family', face.replaceAll('"', "'"));
      const about = pen.draw('title', {}, document.title), paper = pen.draw('rect', {fill: colour.paper, width: '100%', height: '100%'});
      svg.setAttribute('role', 'img');
      about.after(pen.draw('desc', {}, [...chosen(), ...caption()].join(' ')));
      write(document.title, 26, 'ink', '600');
      for (const said of chosen()) write(said, 17, 'accent', '600');
      for (const [run, of] of sides()) {
        write(text(of?.querySelector('strong')), 19, 'ink', '600');
        y += TOP; // a value may stand above the uppermost box
        const part = document.createElementNS('http://www.w3.org/2000/svg', 'g');
        part.setAttribute('transform', `translate(12 ${tidy(y)})`);
        svg.append(part);
        paint(new Pen(part, ruler), seen, run);
        y += seen.height + 14;
      }
      scale();
      const keys = signsIn(seen, scene.legend), values = page.run.title() ? ['changed', 'same'] : [];
      pen.save();
      pen.translate(EDGE, y);
      y += drawSigns(pen, scene.legend.filter(({key}) => keys.has(key) || values.includes(key)), colour, scene.dashes, room, face) + 8;
      pen.restore();
      for (const said of caption()) write(said, 17, 'ink');
      y += 8;
      const from = y;
      write(all('#strip li').map(text).join(' · ') + '.', 18, 'ink', '600', 16);
      write(speak`Source: ${text(first('#strip .credit')).replace(text($('open')), '').trim()}`, 15, 'mute', '', 16);
      write(scene.cite ? speak`Cite as ${scene.cite}` : speak`A draft, not published yet: publish it before you cite it`, 15, 'mute', '', 16);
      pen.fillStyle = colour.caution;
      pen.fillRect(EDGE, from + 4, 5, y - from);
      const height = Math.ceil(y + 16);
      svg.setAttribute('viewBox', `0 0 ${tidy(width)} ${height}`);
      paper.setAttribute('height', String(height));
    } finally {
      page.colour = own;
    }
    return svg;

    /** The colours of the reader's numbers, with both ends and the middle. */
    function scale() {
      if (!page.yours.title()) return;
      const [low, middle, high] = [0, 1, 2].map(n => text($(`scale-at-${n}`)));
      const style = getComputedStyle(document.documentElement), ramp = pen.draw('linearGradient', {id: 'ramp'});
      for (let n = 0; n < 5; n++) new Pen(ramp, ruler).draw('stop', {offset: n / 4, 'stop-color': style.getPropertyValue(`--scale-${n}`).trim()});
      pen.draw('rect', {x: EDGE, y, width: 240, height: 16, fill: 'url(#ramp)', stroke: colour.mute});
      pen.font = `15px ${face}`;
      pen.fillStyle = colour.ink;
      for (const [at, said, align] of /** @type {[number, string, string][]} */ ([[0, low, 'left'], [120, middle, 'center'], [240 - pen.measureText(high).width, high, 'left']])) {
        pen.textAlign = align;
        pen.fillText(said, EDGE + at, y + 33);
      }
      pen.textAlign = 'left';
      pen.fillText(speak`The reader’s own numbers; a node without a number is white.`, EDGE + 256, y + 13);
      y += 46;
    }
  }
  /** The runs that are shown, one below the other, and what each is called. @returns {[ReturnType<typeof sideOf>, Element | null][]} */
  const sides = () => page.run.paired() ? [[page.run.compared, $('other-of')], [page.run, $('net-of')]] : [[page.run, null]];
  /** The shapes, as the canvas has them. @param {Pen} pen @param {Shown} seen @param {ReturnType<typeof sideOf>} run */
  function paint(pen, seen, run) {
    /** A path is its text here. @type {(d: string) => any} */
    const as = d => d;
    const shown = {
      ...seen, hover: '', focus: page.light.lit(), numbered: page.light.numbered(),
      areas: seen.areas.map(area => ({...area, path: as(area.d)})),
      lines: seen.lines.map(line => ({...line, path: as(line.d), tip: as(line.head), diamond: line.mark ? as(line.mark) : null}))
    };
    const {beneath, box, headings, labels, numbers} = painter(page, shown, run), sight = {from: {x: 0, y: 0}, to: {x: seen.width, y: seen.height}, scale: 1};
    const ctx = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (pen));
    beneath(ctx, sight);
    for (const one of shown.boxes) box(ctx, one, as(one.d), one, 1);
    const taken = headings(ctx, sight);
    labels(ctx, sight, taken);
    badges(page, shown, run).paint(ctx, sight, taken);
    numbers(ctx, sight, taken);
  }

  function print() {
    page.run.print();
    $('static').replaceChildren(copy());
  }
  addEventListener('beforeprint', print);
  matchMedia('print').addEventListener('change', print);
  return {copy};
}

/** A text in lines that take no more room; a word that is longer than a line goes on in the next. @param {string} text @param {number} room @param {(text: string) => number} measure */
function rows(text, room, measure) {
  const found = [''];
  for (const word of text.split(' ')) {
    const longer = `${found[found.length - 1]} ${word}`.trim();
    if (measure(longer) <= room || !found[found.length - 1]) found[found.length - 1] = longer;
    else found.push(word);
    while (measure(found[found.length - 1]) > room && found[found.length - 1].length > 1) {
      const whole = found[found.length - 1];
      let n = whole.length;
      while (n > 1 && measure(whole.slice(0, n)) > room) n--;
      found.splice(-1, 1, whole.slice(0, n), whole.slice(n));
    }
  }
  return found.filter(Boolean);
}
