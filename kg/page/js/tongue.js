// The language that the address asks for: its page waits, packed, in this one, and takes its place before anything starts.
'use strict';

/** The pages that wait, by the tag of their language. */
const tongues = new Map(all('script[id^=page-]').map(page => [page.id.slice(5), page]));

/** The language that the address asks for, if the page has it; else "". */
function tongue() {
  const tag = new URLSearchParams(location.hash.slice(1)).get('lang') ?? '';
  return tongues.has(tag) ? tag : '';
}
/** Puts the page of a language in the place of this one. @param {string} tag */
async function translate(tag) {
  const page = tongues.get(tag);
  document.body.innerHTML = await inflated(page?.textContent ?? '').text(); // Python escaped it
  document.documentElement.lang = page?.lang ?? '';
  document.title = first('h1')?.textContent ?? '';
}
