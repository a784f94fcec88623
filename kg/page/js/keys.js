// The keyboard: the picture, the tabs, and the way along the tour or the cards.
'use strict';

/** @param {Page} page */
function keys(page) {
  const {state, picture, tabs} = page;
  /** @type {Record<string, () => void>} */
  const ACTS = {
    '+': () => picture.zoom(1.3), '=': () => picture.zoom(1.3), '-': () => picture.zoom(1 / 1.3), '0': () => picture.whole(true),
    ArrowLeft: () => picture.pan(-1, 0), ArrowRight: () => picture.pan(1, 0),
    ArrowUp: () => picture.pan(0, -1), ArrowDown: () => picture.pan(0, 1)
  };
  /** @param {KeyboardEvent} event */
  const sideways = ({key}) => key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;

  $('stage').addEventListener('keydown', event => {
    const act = ACTS[event.key];
    if (!act || target(event).closest('button:not(.part)') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  tabs.forEach((tab, n) => $(`tab-${tab}`).addEventListener('keydown', event => {
    const by = sideways(event), end = event.key === 'Home' ? 0 : event.key === 'End' ? tabs.length - 1 : -1;
    if (!by && end < 0) return;
    event.preventDefault();
    event.stopPropagation();
    page.openTab(tabs[by ? (n + by + tabs.length) % tabs.length : end], true);
  }));
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && state.pick && !target(event).closest('input[type=search],select,textarea:not([readonly])')) return page.back();
    const by = sideways(event);
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target(event).closest('input,select,textarea,#stage,[role=tab],[role=region]')) return;
    if (state.tab === 'tour') page.go(state.stop + by);
    else if (state.tab === 'card' && state.pick) page.cards.walk(by);
    else return;
    event.preventDefault();
  });
}
