// Puts questions to model.js; answers come back with names for numbers, as Answer.as_dict() of kg.reasoning has them.
all => all.map(([data, keys, labels, edges, words, questions, apart]) => {
  const model = new Model(data), named = Object.fromEntries;
  const conditions = data.conditions.map(c => c[0]), assumptions = data.assumptions.map(a => a[0]);
  const readings = data.readings.map(r => r.key);
  const claims = {edge: of => `whether ${edges[of]} holds in this context`, requires: of => `what ${edges[of]} requires in this context`, unless: of => `what stops ${edges[of]} in this context`};
  const missing = {...claims, start: of => `whether ${keys[of]} is present`, effect: of => `how far ${edges[of]} goes`};
  const loop = ({brakes, nodes}) =>
    `${brakes ? 'a loop brakes itself, so it has no settled value' : 'the order of events settles a loop'}: ${nodes.map(n => keys[n]).join(', ')}`;
  const why = {
    subject: (why, value) => why.open ? `it is unknown whether ${labels[why.node]} is present` : `${labels[why.node]} is ${value}`,
    requires: (why, value) => `it requires ${labels[why.node]}${data.levels[why.node] ? ` at ${why.level}` : ''}, which is ${value}`,
    unless: why => `${labels[why.node]} ${why.open ? 'may be' : 'is'} present`,
    'left out': why => `left out in this context: ${why.text}`, contested: why => `contested in this context: ${why.text}`,
    blocked: why => `${why.open ? 'it may be ' : ''}blocked: ${words[why.edge]}`
  };
  const given = values => new Map(Object.entries(values).map(([k, v]) => [keys.indexOf(k), v]));
  const meeting = one => ({node: keys[one.node], increase: edges[one.increase], decrease: edges[one.decrease]});
  const plain = (answer, node) => {
    const step = answer.step(node);
    return {
      before: answer.before[node], after: answer.after[node],
      edges: step.because.map(b => ({edge: edges[b.edge], fires: [null, false, true][b.fires + 1], why: b.why ? why[b.why.kind](b.why, [answer.after[b.why.node]].flat().join(' to ')) : ''})),
      status: step.status + (step.under.length ? ' ' + step.under.map(n => assumptions[n]).join(', ') : ''),
      support: step.support, weakest: step.weakest < 0 ? '' : data.claims[step.weakest], rests_on: step.restsOn.map(e => edges[e]),
      species: named(step.species.map(([taxon, count]) => [taxon < 0 ? 'not stated' : data.taxa[taxon], count])),
      missing: step.loop ? [loop(step.loop)] : [...new Set(step.missing.map(m => missing[m.kind](m.of)))].sort(), closed: step.closed.map(n => keys[n]),
      observed: step.observed.map(([relation, than]) => `${relation} ${relation === 'is' ? than : conditions[than]}`),
      opposed: step.opposed.map(meeting)
    };
  };
  const answers = questions.map(([condition, values, reading, assume, then, against]) => {
    const answer = model.ask({
      condition: conditions.indexOf(condition), reading: readings.indexOf(reading), assume: assume.map(a => assumptions.indexOf(a)),
      values: given(values), then: given(then),
      against: against ? conditions.indexOf(against) : null // -1 for the start, which is no condition
    });
    const apart = contested => answer.fates.filter(one => one.contested === contested).map(one => [edges[one.edge], keys[one.node] ?? '']);
    return {
      left_out: apart(false), contested: apart(true), compared_with: conditions[answer.against] ?? (answer.against === -1 ? 'start' : 'before'),
      opposed: answer.opposed.map(one => ({...meeting(one), words: `${[one.increase, one.decrease].map(edge => `${words[edge]} (${supported(model, edge)})`).join(' against ')}; ${settles(model, one)}`})),
      settings: named([...answer.settings].map(([n, v]) => [keys[n], v])), values: named(answer.after.map((v, n) => [keys[n], v])),
      changed: answer.changed.map(n => keys[n]), because: named(answer.changed.map(n => [keys[n], plain(answer, n)])),
      disagree: named([...answer.disagree].map(([n, by]) => [keys[n], named(by.map((v, k) => [readings[answer.readings[k]], v]))]))
    };
  });
  const found = apart ? [...model.discriminate()].filter(Boolean).map(one => [
    one.condition < 0 ? '' : conditions[one.condition], named([...one.values].map(([n, v]) => [keys[n], v])),
    named(one.outcomes.map(([n, by]) => [keys[n], named(by.map((v, k) => [readings[k], v]))]))
  ]) : [];
  return [answers, found];
})
