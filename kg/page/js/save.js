// What a reader takes away: the picture as a file, a link to what is shown, a card as Turtle, citation or CURIE.
'use strict';

/** @param {Page} page */
function save(page) {
  const {scene, state} = page;
  /** @type {HTMLDetailsElement[]} */
  const menus = all('.menu');

  // ---- texts to copy: always in sight and selected, whatever the browser allows

  /** @param {string} text @param {HTMLInputElement | HTMLTextAreaElement} field @param {HTMLElement} [said] where to say what came of it */
  async function copy(text, field, said) {
    field.value = text;
    field.hidden = false;
    field.focus();
    field.select();
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      try {
        done = document.execCommand('copy');
      } catch { /* then the reader copies it */ }
    }
    if (said) said.textContent = done ? speak`Copied. It is also selected below.` : speak`Selected below: copy it with your keyboard or menu.`;
  }
  const buttons = all('[data-copy]');
  /** What a button copies of a card. @param {HTMLElement} button @param {Copies} of */
  const text = ({dataset: {copy: kind}}, of) => kind === 'turtle' ? of.turtle : kind === 'curie' ? of.curie :
    `${scene.cited[0]} ${of.citation} ${scene.cited[of.chain + 1]}`.trim();
  /** The declarations of the prefixes that a text uses. @param {string} turtle */
  const prefixes = turtle => scene.prefixes.split('\n')
    .filter(line => line.startsWith('@base') || turtle.includes(line.slice(8, line.indexOf(':') + 1))).join('\n');
  for (const button of buttons) button.addEventListener('click', () => {
    const chosen = text(button, scene.copies[state.pick]);
    $('copied').dataset.of = state.pick;
    copy(button.dataset.copy === 'turtle' ? prefixes(chosen) + '\n\n' + chosen : chosen, $('copied'), $('copy-said'));
  });
  $('copy-link').addEventListener('click', () => {
    const hash = page.address.text(true);
    copy(location.href.split('#')[0] + (hash ? '#' + hash : ''), $('link'));
  });

  function show() { // what can be copied of the card that is shown
    const of = scene.copies[state.pick];
    $('copy').hidden = !of;
    if (!$('copied').hidden && $('copied').dataset.of !== state.pick) {
      $('copied').hidden = true;
      $('copy-said').textContent = '';
    }
    for (const button of buttons) button.hidden = !of || !text(button, of);
  }

  // ---- the picture as a file

  /** As a file has it. @param {SVGSVGElement} svg */
  const markup = svg => new XMLSerializer().serializeToString(svg);
  /** @param {Blob} blob @param {string} name */
  function download(blob, name) {
    const url = URL.createObjectURL(blob);
    make('a', {href: url, download: name}).click();
    for (const menu of menus) menu.open = false;
    setTimeout(() => URL.revokeObjectURL(url), 4000);
  }
  $('save-svg').addEventListener('click', () => {
    download(new Blob([markup(page.still.copy())], {type: 'image/svg+xml'}), `${scene.id}.svg`);
  });
  $('save-png').addEventListener('click', () => {
    const svg = page.still.copy(), {width, height} = svg.viewBox.baseVal, image = new Image;
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String(height));
    image.addEventListener('load', () => {
      const canvas = document.createElement('canvas'), by = Math.min(2, 8000 / Math.max(width, height));
      canvas.width = Math.round(width * by);
      canvas.height = Math.round(height * by);
      canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(blob => blob && download(blob, `${scene.id}.png`), 'image/png');
    });
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(markup(svg));
  });

  $('save-pdf').addEventListener('click', () => {
    $('share').open = false;
    print();
  });

  // ---- the menus

  document.addEventListener('click', event => {
    for (const menu of menus) if (!menu.contains(target(event))) menu.open = false;
  });
  for (const menu of menus) menu.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
  return {show, download};
}
