// In a page of others the picture leaves the wheel and one finger to that page: Ctrl with the wheel, or two fingers, zoom.
'use strict';

/** @param {Page} page */
function gestures({embed}) {
  if (!embed && location.protocol !== 'about:') return;
  const pictures = $('pictures'), hint = $('hint');
  let timer = 0;
  /** @param {boolean} touch */
  function say(touch) {
    hint.classList.toggle('touch', touch);
    hint.classList.add('on');
    clearTimeout(timer);
    timer = setTimeout(() => hint.classList.remove('on'), 1500);
  }
  pictures.addEventListener('wheel', event => {
    if (event.ctrlKey || event.metaKey) return;
    event.stopImmediatePropagation(); // the picture would keep it from the page around
    say(false);
  }, {capture: true, passive: true});
  for (const kind of /** @type {const} */ (['touchstart', 'touchmove']))
    pictures.addEventListener(kind, event => event.touches.length > 1 && event.preventDefault(), {passive: false, capture: true});
  pictures.addEventListener('pointercancel', event => event.pointerType === 'touch' && say(true), {capture: true}); // it scrolls now
}
