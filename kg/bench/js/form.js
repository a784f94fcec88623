// A sentence by form.
'use strict';

/** @param {Bench} bench */
function form(bench) {
  $('add').addEventListener('click', () => {
    const [subject, verb, object, claim] = [$('subject'), $('verb'), $('object'), $('claim')].map(select => select.value), says = $('says').value.trim();
    const evidence = `{claim: ${claim}${says ? `, ${claim === 'inference' ? 'because' : 'says'}: ${JSON.stringify(says)}` : ''}}`;
    if (subject && object) bench.write('edges', `\n- edge: ${subject} ${verb} ${object}\n  evidence:\n  - ${evidence}\n`);
    else bench.tell('Nothing was added: write the nodes first.');
  });
  bench.hear(said => {
    if (!bench.names()) return;
    fill($('subject'), byName(said.holds.nodes));
    fill($('object'), byName(said.holds.nodes));
    fill($('verb'), (bench.words?.verbs ?? []).map(({verb, phrase}) => [verb, phrase]));
    fill($('claim'), (bench.words?.claims ?? []).map(({claim}) => [claim, claim]));
  });
}
