// A source text beside the mechanism: what it may say, and anchors from it.
'use strict';

/** @param {Bench} bench */
function source(bench) {
  async function suggest() {
    try {
      const found = await bench.core.ask('suggest', {text: $('source').value}), open = found.filter(one => !one.encoded);
      $('suggested').textContent = `${found.length} found by rules; ${found.length - open.length} already in the mechanism. Read each in the text before you keep it.`;
      $('suggestions').replaceChildren(...open.map(({words, said, entry, nodes}) => {
        const item = make('li', {}, make('strong', {}, words), ` “${said}” `, make('button', {type: 'button', onclick: () => {
          if (nodes.every(node => bench.text().includes(`\n  ${node}\n`) || bench.write('nodes', `\n  ${node}`)) && bench.write('edges', `\n${entry}`)) item.remove();
        }}, 'Add'), ' ', make('button', {type: 'button', onclick: () => item.remove()}, 'Reject'));
        return item;
      }));
    } catch (error) {
      bench.fail(error);
    }
  }
  function anchor() {
    const {value, selectionStart, selectionEnd} = $('source'), words = value.slice(selectionStart, selectionEnd).trim().replace(/\s+/g, ' ');
    const many = words.split(' ').length, times = value.replace(/\s+/g, ' ').split(words).length - 1;
    if (!words || many > 8 || times !== 1) {
      $('suggested').textContent = !words ? 'Select words in the text first.' : many > 8 ? `An anchor has at most 8 words; ${many} are selected.` : `These words occur ${times} times; select one more word.`;
      return;
    }
    bench.insert(`anchor: ${JSON.stringify(words)}`, 'anchor');
    $('suggested').textContent = 'The anchor is at the cursor.';
  }
  $('suggest').addEventListener('click', suggest);
  $('anchor').addEventListener('click', anchor);
}
