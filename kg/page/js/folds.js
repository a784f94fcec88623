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
  function list({lines, boxes}) {
    if (scene.drawn) return;
    const looks = new Set(boxes.filter(({id}) => id >= 0).map(({kind}) => kind));
    for (const {edge, node, kind, style, run} of lines) {
      if (edge < 0) continue; // of an overview: the tour says what its lines are
      for (const look of node >= 0 ? [kind] : [kind, style, run ? '' : 'idle', scene.edges[edge].contested ? 'contested' : '']) looks.add(look);
    }
    for (const item of all('#legend li')) item.hidden = !looks.has(item.dataset.look ?? '');
    $('key').disabled = !looks.size;
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
