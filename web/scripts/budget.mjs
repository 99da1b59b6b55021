// The first load: the entry and everything it imports statically, gzipped. Fails above the budget.
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 210;
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
const seen = new Set();
const visit = (key) => {
  if (seen.has(key)) return;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) visit(next);
};
visit('index.html');
let total = 0;
for (const key of seen) {
  const size = gzipSync(readFileSync(`dist/${manifest[key].file}`), { level: 9 }).length;
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(8)} kB  ${manifest[key].file}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  first load, of ${BUDGET_KB} kB`);
// The list of files is for this check only; it is not served.
rmSync('dist/.vite', { recursive: true });
if (total > BUDGET_KB * 1000) {
  console.error('Over the budget.');
  process.exit(1);
}
