// Makes the assets beside this file from the packages of package-lock.json, and the table that says what they are:
//   npm ci --ignore-scripts && npm run build
import {build} from 'esbuild';
import {createHash} from 'node:crypto';
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const sha256 = data => createHash('sha256').update(data).digest('hex');
const rows = [];
const texts = new Map();

function made(file, data, inputs) {
  writeFileSync(file, data);
  const packages = new Set(inputs.map(path => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
  for (const name of [...packages].sort()) {
    const {version, license, integrity} = lock[`node_modules/${name}`];
    rows.push([file, name, version, license, integrity, sha256(data)]);
    const folder = `node_modules/${name}`;
    const found = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
    const own = `licence-${name.split('/').at(-1)}.txt`; // for a package that brings none
    texts.set(`${name} ${version}, ${license}`, readFileSync(found ? `${folder}/${found}` : own, 'utf8').trim());
  }
}

const GLOBALS = {editor: 'codemirror', writer: 'codemirror', engine: 'oxigraph'};
for (const name of Object.keys(GLOBALS)) {
  const {metafile, outputFiles} = await build({
    entryPoints: [`${name}.js`], bundle: true, minify: true, write: false, metafile: true, format: 'iife', legalComments: 'none',
    globalName: GLOBALS[name], target: 'es2022', charset: 'utf8',
    define: {'import.meta.url': '"blob:"'}, // where the engine would look for its WebAssembly; the page hands it over
  });
  made(`${name}.min.js`, Buffer.from(outputFiles[0].contents), Object.keys(metafile.inputs));
}
const wasm = 'node_modules/oxigraph/web_bg.wasm';
made('engine.wasm.gz', gzipSync(readFileSync(wasm), {level: 9}), [wasm]);

const python = ['pyodide.asm.mjs', 'pyodide.asm.wasm', 'pyodide.js', 'python_stdlib.zip'].map(name => `pyodide/${name}`);
for (const name of [...python, '@viz-js/viz/dist/viz-global.js']) { // Python and Graphviz in WebAssembly, for write.html
  const path = `node_modules/${name}`;
  made(`${name.split('/').at(-1)}.gz`, gzipSync(readFileSync(path), {level: 9}), [path]);
}

const head = ['file', 'package', 'version', 'licence', 'integrity', 'sha256'];
writeFileSync('assets.tsv', [head, ...rows].map(row => row.join('\t') + '\n').join(''));
writeFileSync('licences.txt', [...texts].map(([name, text]) => `${name}\n\n${text}\n`).join('\n' + '-'.repeat(72) + '\n\n'));
