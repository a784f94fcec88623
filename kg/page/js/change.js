// The text that the page was made from: the writing bench opens it by its address, which needs neither a server nor a request.
// Where no bench is beside the page, the text is saved as a file.
'use strict';

/** Found before the page of another language takes the place of this one. */
const itsText = document.getElementById('text');

/** @param {(blob: Blob, name: string) => void} download */
function change(download) {
  const packed = itsText?.textContent ?? '', name = itsText?.dataset.name ?? '';
  const link = $('change');
  if (link) link.href += `#name=${encodeURIComponent(name)}&text=${packed}`;
  $('save-text')?.addEventListener('click', async () => download(await inflated(packed).blob(), name.split('/').at(-1) ?? ''));
}
