// What others wrote and the binary contains: `licenses` writes THIRD-PARTY.txt, `licenses --check` compares it,
// `sbom` writes a CycloneDX document to standard output. Read from the lock files, with the texts as they lie in
// cargo's and npm's folders: nothing here asks the network for more than a missing crate.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const LIST = join(ROOT, 'THIRD-PARTY.txt');
// The list is the same wherever it is made: that of the platform the binary is released for.
const PLATFORM = 'x86_64-unknown-linux-gnu';
// Licences of npm packages that may go into the bundle; those of crates are in deny.toml.
const NPM_LICENSES = ['MIT', 'ISC', '0BSD', 'Apache-2.0', 'Unlicense', 'OFL-1.1'];
const LICENSE_FILE = /^(licen[sc]e|copying|notice|unlicense)/i;

// What stands inside packages and has words of its own.
const WITHIN = [
  {
    within: 'libsqlite3-sys',
    name: 'SQLite',
    text: 'SQLite is in the public domain: https://www.sqlite.org/copyright.html',
  },
  {
    within: 'utoipa-swagger-ui-vendored',
    name: 'Swagger UI',
    text: 'Copyright 2020-2021 SmartBear Software Inc. Under the Apache License, Version 2.0, whose text is in this list.',
  },
];

const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1);

/** The crates of the lock file, and which of them end up in the binary. */
function crates() {
  const options = ['metadata', '--format-version', '1', '--locked', '--filter-platform', PLATFORM];
  const metadata = JSON.parse(
    execFileSync('cargo', options, { cwd: ROOT, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const packages = new Map(metadata.packages.map((found) => [found.id, found]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const checksums = new Map();
  const lock = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8');
  for (const [, name, version, checksum] of lock.matchAll(/name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/g)) {
    checksums.set(`${name} ${version}`, checksum);
  }
  const compiles = (found) => found.targets.some((target) => target.kind.includes('proc-macro'));
  const shipped = new Set();
  const root = metadata.packages.find((found) => found.name === 'switchboard').id;
  const visit = (id) => {
    if (shipped.has(id) || compiles(packages.get(id))) return;
    shipped.add(id);
    for (const next of nodes.get(id).deps) {
      if (next.dep_kinds.some((kind) => kind.kind === null)) visit(next.pkg);
    }
  };
  visit(root);
  return [...packages.values()]
    .filter((found) => found.source !== null && nodes.has(found.id))
    .map((found) => ({
      name: found.name,
      version: found.version,
      license: found.license ?? 'unknown',
      folder: dirname(found.manifest_path),
      shipped: shipped.has(found.id),
      purl: `pkg:cargo/${found.name}@${found.version}`,
      hash: { alg: 'SHA-256', content: checksums.get(`${found.name} ${found.version}`) },
      needs: nodes.get(found.id).deps.map((next) => packages.get(next.pkg)).filter((next) => next.source !== null)
        .map((next) => `pkg:cargo/${next.name}@${next.version}`),
    }))
    .sort(byName);
}

/** The npm packages of the lock file, and which of them may end up in the bundle. */
function npm() {
  const lock = JSON.parse(readFileSync(join(ROOT, 'web/package-lock.json'), 'utf8'));
  const found = Object.entries(lock.packages).filter(([path]) => path !== '');
  const without = found.filter(([, entry]) => !/^sha512-/.test(entry.integrity ?? '')).map(([path]) => path);
  if (without.length > 0) throw new Error(`web/package-lock.json has no SHA-512 for ${without.join(', ')}`);
  const bad = found.filter(([, entry]) => !entry.dev && !NPM_LICENSES.includes(entry.license))
    .map(([path, entry]) => `${path} (${entry.license})`);
  if (bad.length > 0) throw new Error(`these may not go into the bundle: ${bad.join(', ')}; see NPM_LICENSES`);
  return found
    .map(([path, entry]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return {
        name,
        version: entry.version,
        license: entry.license ?? 'unknown',
        folder: join(ROOT, 'web', path),
        shipped: !entry.dev,
        purl: `pkg:npm/${name.replace('@', '%40')}@${entry.version}`,
        hash: { alg: 'SHA-512', content: Buffer.from(entry.integrity.replace(/^sha512-/, ''), 'base64').toString('hex') },
        needs: [],
      };
    })
    .sort(byName)
    .filter((entry, index, all) => entry.purl !== all[index - 1]?.purl);
}

/** The texts that must come along. Of a choice of licences the MIT is taken, where its text is there. */
function texts(found) {
  if (!existsSync(found.folder)) throw new Error(`${found.folder} is not there: run \`make web\` first`);
  let files = readdirSync(found.folder).filter((file) => LICENSE_FILE.test(file) && statSync(join(found.folder, file)).isFile()).sort();
  const mit = files.filter((file) => /mit/i.test(file));
  if (/\bOR\b|\//.test(found.license) && /\bMIT\b/.test(found.license) && mit.length > 0) {
    files = [...mit, ...files.filter((file) => /^notice/i.test(file))];
  }
  const read = files.map((file) => readFileSync(join(found.folder, file), 'utf8').replace(/\r\n/g, '\n').replace(/[ \t]+$/gm, '').trim());
  return read.filter((text) => text !== '');
}

function licenses() {
  const rule = '='.repeat(80);
  const shipped = [...crates(), ...npm()].filter((found) => found.shipped);
  const groups = new Map();
  for (const found of shipped) {
    const own = texts(found);
    const text = own.length > 0 ? own.join(`\n\n${'-'.repeat(80)}\n\n`) : `Under ${found.license}; the package has no text of its own.`;
    if (!groups.has(text)) groups.set(text, []);
    groups.get(text).push(`${found.name} ${found.version} (${found.license})`);
  }
  const names = shipped.map((found) => found.name);
  for (const { within, name, text } of WITHIN) {
    if (names.includes(within)) groups.set(text, [`${name}, within ${within}`]);
  }
  const head = 'What others wrote and the switchboard binary contains, the web app included, with its licences.\n'
    + 'Written by `make licenses`; each text stands below the packages that come under it.\n';
  return `${head}\n${[...groups].map(([text, of]) => `${rule}\n${of.join('\n')}\n${rule}\n\n${text}\n`).join('\n')}`;
}

function sbom() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'web/package.json'), 'utf8'));
  const own = { type: 'application', 'bom-ref': 'switchboard', name: 'switchboard', version, licenses: [{ license: { id: 'Apache-2.0' } }] };
  const found = [...crates(), ...npm()];
  const needed = found.filter(({ shipped }) => shipped).map(({ purl }) => purl);
  return `${JSON.stringify({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: own },
    components: found.map(({ name, version: of, license, shipped, purl, hash }) => ({
      type: 'library',
      'bom-ref': purl,
      name,
      version: of,
      scope: shipped ? 'required' : 'excluded',
      hashes: [hash],
      licenses: [{ expression: license.replace(/\s*\/\s*/g, ' OR ') }],
      purl,
    })),
    dependencies: [
      { ref: 'switchboard', dependsOn: needed },
      ...found.filter(({ needs }) => needs.length > 0).map(({ purl, needs }) => ({ ref: purl, dependsOn: [...new Set(needs)].sort() })),
    ],
  }, null, 1)}\n`;
}

const [command, option] = process.argv.slice(2);
try {
  if (command === 'sbom') {
    process.stdout.write(sbom());
  } else if (command === 'licenses' && option === '--check') {
    if (licenses() !== readFileSync(LIST, 'utf8')) throw new Error('THIRD-PARTY.txt has drifted: run `make licenses`');
  } else if (command === 'licenses') {
    writeFileSync(LIST, licenses());
  } else {
    throw new Error('usage: third-party.mjs licenses [--check] | sbom');
  }
} catch (error) {
  console.error(`third-party: ${error.message}`);
  process.exitCode = 1;
}
