// Lays a graph out as cytoscape.js (fcose) and ELK do: reads JSON from its input, writes JSON.
'use strict';
const fs = require('fs'), cytoscape = require('cytoscape'), ELK = require('elkjs');
cytoscape.use(require('cytoscape-fcose'));
const {nodes, edges} = JSON.parse(fs.readFileSync(0, 'utf8'));
let seed = 1;
Math.random = () => { // mulberry32: the same layout in each run
  seed = seed + 0x6D2B79F5 | 0;
  let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
  t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
  return ((t ^ t >>> 14) >>> 0) / 4294967296;
};

function fcose() {
  const cy = cytoscape({
    headless: true, styleEnabled: true,
    elements: [...nodes.map(data => ({data})), ...edges.map(([source, target], n) => ({data: {id: 'e' + n, source, target}}))],
    style: [{selector: 'node', style: {shape: 'rectangle', width: 'data(width)', height: 'data(height)'}}]
  });
  const start = Date.now();
  cy.layout({name: 'fcose', animate: false, quality: 'proof'}).run();
  return {seconds: (Date.now() - start) / 1000, at: cy.nodes().map(n => [n.position().x, n.position().y])};
}

async function layered() {
  const elk = new ELK(), start = Date.now();
  const plan = await elk.layout({
    id: 'root', layoutOptions: {'elk.algorithm': 'layered', 'elk.edgeRouting': 'POLYLINE', 'elk.aspectRatio': '1.5'},
    children: nodes.map(node => ({...node})), edges: edges.map(([a, b], n) => ({id: 'e' + n, sources: [a], targets: [b]}))
  });
  return {
    seconds: (Date.now() - start) / 1000, at: plan.children.map(n => [n.x + n.width / 2, n.y + n.height / 2]),
    lines: plan.edges.map(e => e.sections.flatMap(s => [s.startPoint, ...s.bendPoints || [], s.endPoint]).map(p => [p.x, p.y]))
  };
}

layered().then(elk => {
  fs.writeSync(1, JSON.stringify({'cytoscape.js, fcose': fcose(), 'ELK, layered': elk}));
  process.exit(); // ELK keeps a worker
});
