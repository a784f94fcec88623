// What folds: the legend, which lists what is in the picture, and the strip about the source where it is long.
'use strict';

/** @param {Page} page */
function folds({scene, embed}) {
  const roomy = matchMedia('(min-width: 861px) and (min-height: 800px)'), {legend, strip} = {legend: $('legend'), strip: $('strip')};

  /** @param {boolean} open */
  function unroll(open) {
    legend.hidden = !open;
    $('key').setAttribute('aria-expanded', String(open));
  }
  const first = () => unroll(roomy.matches && !embed);
  roomy.addEventListener('change', first);
  $('key').addEventListener('click', () => unroll(!!legend.hidden));
  first();

  /** Leaves in the legend what a part of a large picture shows. @param {Pick<Shown, 'lines' | 'boxes'>} shown */
  function list(shown) {
    if (scene.drawn) return;
    const signs = signsIn(shown, scene.legend);
    for (const item of all('#legend li')) item.hidden = !signs.has(item.dataset.sign ?? '');
    $('key').disabled = !signs.size;
  }

  /** @param {boolean} open */
  function unfold(open) {
    strip.classList.toggle('open', open);
    $('unfold').setAttribute('aria-expanded', String(open));
    $('unfold').textContent = open ? speak('Less') : speak('More');
  }
  $('unfold').addEventListener('click', () => unfold(!strip.classList.contains('open')));
  let width = 0;
  new ResizeObserver(() => { // whether something of it is out of sight is measured without the button
    if (width === innerWidth) return;
    width = innerWidth;
    unfold(false);
    strip.classList.remove('folds');
    const cut = all('#strip ul, #strip .credit, #strip .credit span').some(e => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 1);
    strip.classList.toggle('folds', cut);
    $('unfold').hidden = !cut;
  }).observe(document.body);
  return {list};
}
