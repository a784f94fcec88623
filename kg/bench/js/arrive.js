// A text that stands in the address: "Change this" of an explorer leads here with the text of its mechanism, packed.
'use strict';

/** The longest text that an address may hold, in characters: a short address could unpack to any length. */
const LONGEST = 16e6;

/** What is opened: the text of the address, if there is one, instead of that of the page. @param {Opened} opened @returns {Promise<Opened>} */
async function arrived(opened) {
  const [, name = '', packed = ''] = /^#name=([^&]*)&text=([A-Za-z0-9+/=]+)$/.exec(location.hash) ?? [];
  addEventListener('hashchange', () => location.reload()); // another text; what was not saved of this one is kept
  if (!packed || opened.save) return opened;
  const called = decodeURIComponent(name) || 'mechanism.yaml', text = await unpacked(packed);
  document.title = `${called}: writing bench`;
  return {...opened, text, name: called, kept: `${location.pathname} ${called}`, starter: ''};
}
/** @param {string} packed */
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), one => one.charCodeAt(0)), decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  for (let text = ''; ;) {
    const {done, value} = await reader.read();
    text += decoder.decode(value, {stream: !done});
    if (text.length > LONGEST) throw new Error(`it has more than ${LONGEST / 1e6} million characters`);
    if (done) return text;
  }
}
