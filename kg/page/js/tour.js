// The tour: stops by button, link or swipe, the language, plain words, and the height that an embedded tour asks for.
'use strict';

/** @param {Page} page */
function tour(page) {
  const {scene, state} = page;
  const back = $('back'), language = $('language'), plain = $('plain');

  if (back) {
    back.addEventListener('click', () => page.go(state.stop - 1));
    $('next').addEventListener('click', () => page.go(state.stop + 1));
    /** @type {PointerEvent | null} */
    let start = null;
    $('tour').addEventListener('pointerdown', event => { start = event.pointerType === 'mouse' ? null : event; });
    $('tour').addEventListener('pointerup', event => {
      const dx = start ? event.clientX - start.clientX : 0, dy = start ? event.clientY - start.clientY : 0;
      start = null;
      if (Math.abs(dx) > 50 && Math.abs(dx) > 2 * Math.abs(dy)) page.go(state.stop - Math.sign(dx));
    });
    $('tour').addEventListener('pointercancel', () => { start = null; });
  }
  if (language) {
    const names = new Intl.DisplayNames([document.documentElement.lang], {type: 'language'});
    for (const option of language.options) if (option.value) {
      const own = new Intl.DisplayNames([option.value], {type: 'language'}).of(option.value) ?? option.value;
      option.textContent = own === names.of(option.value) ? own : `${own} (${names.of(option.value)})`;
      option.lang = option.value;
    }
    language.addEventListener('change', () => {
      const hash = new URLSearchParams(page.address.text(false));
      if (language.value) hash.set('lang', language.value);
      else hash.delete('lang');
      location.hash = hash.toString() || '#'; // then the address is read
    });
  }
  plain?.addEventListener('change', () => {
    state.plain = plain.checked;
    page.show(false);
  });

  $('line')?.addEventListener('toggle', () => {
    if ($('line')?.open === state.line) return;
    state.line = !state.line;
    page.show(true);
  });

  function show() {
    const line = $('line');
    if (line) line.open = state.line;
    only('stop', `.stop[data-stop="${state.stop}"]`);
    if (back) {
      $('count').textContent = state.stop ? speak`${state.stop} of ${scene.stops.length}` : speak`Overview`;
      back.setAttribute('aria-disabled', String(state.stop === 0));
      $('next').setAttribute('aria-disabled', String(state.stop === scene.stops.length));
      $('next').textContent = state.stop ? speak`Next →` : speak`Start the tour →`;
    }
    if (plain) plain.checked = state.plain;
    if (language) language.value = state.lang;
    document.body.classList.toggle('plain', state.plain);
  }

  function offer() { // to a page that embeds this one: how high it would like to be
    if (!page.embed || parent === window) return;
    const side = getComputedStyle(document.body).gridTemplateColumns.includes(' ');
    const words = all('#tour > *').reduce((sum, e) => sum + e.offsetHeight + 12, 24);
    const height = Math.ceil(Math.max(words + (side ? 0 : 300), 380) + $('strip').offsetHeight);
    parent.postMessage({type: 'kg-embed', id: scene.id, stop: state.stop, height}, '*');
  }
  addEventListener('resize', offer);
  return {show, offer};
}
