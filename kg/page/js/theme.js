// Light or dark: as the system, the address or the reader wants it.
'use strict';

/** @param {Page} page */
function theme(page) {
  const root = document.documentElement;
  const KINDS = ['treatment', 'molecule', 'structure', 'cell', 'process', 'state', 'other'];
  const PLACES = Array.from({length: 6}, (_, n) => `place-${n}`);
  const NAMES = ['paper', 'panel', 'ink', 'heading', 'accent', 'on-accent', 'caution', 'condition', 'increases', 'decreases', 'blocks', 'circle', 'none',
    ...PLACES.flatMap(place => [place, `${place}-in`, `${place}-line`]), ...KINDS.flatMap(kind => [`${kind}-fill`, `${kind}-line`])];

  /** @param {string} name */
  function paint(name) {
    root.dataset.theme = name;
    const style = getComputedStyle(root);
    page.colour = Object.fromEntries(NAMES.map(colour => [colour, style.getPropertyValue('--' + colour).trim()]));
    $('theme').textContent = name === 'dark' ? speak`Light` : speak`Dark`;
    page.picture.redraw();
  }
  const dark = matchMedia('(prefers-color-scheme: dark)'), forced = matchMedia('(forced-colors: active)');
  const system = () => dark.matches ? 'dark' : 'light';
  const asked = forced.matches ? '' : new URLSearchParams(location.search).get('theme'); // who forces colours has chosen already
  paint(asked === 'dark' || asked === 'light' ? asked : system());
  dark.addEventListener('change', () => paint(system()));
  $('theme').addEventListener('click', () => paint(root.dataset.theme === 'dark' ? 'light' : 'dark'));
}
