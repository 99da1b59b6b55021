// Types of the API from ../schema/openapi.json and of the socket from ../schema/socket.schema.json. With
// `--check` it compares them with those that are there.
import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';
import openapiTS, { astToString } from 'openapi-typescript';

const banner = '// Written by `npm run generate`; do not edit.\n';

function write(path, text) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} has drifted: run \`npm run generate\``);
    process.exitCode = 1;
  }
}

const api = await openapiTS(new URL('../../schema/openapi.json', import.meta.url));
write('src/api/schema.d.ts', `${banner}${astToString(api)}`);

/** A `$ref` with something beside it means both; the generator would drop one. */
function both(node) {
  if (Array.isArray(node)) return node.map(both);
  if (node === null || typeof node !== 'object') return node;
  const all = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, both(value)]));
  const { $ref, description, ...rest } = all;
  if (typeof $ref !== 'string' || Object.keys(rest).length === 0) return all;
  return { ...(description ? { description } : {}), allOf: [{ $ref }, rest] };
}

const socket = both(JSON.parse(readFileSync('../schema/socket.schema.json', 'utf8')));
write(
  'src/api/socket-schema.d.ts',
  await compile(socket, 'SocketFrames', { bannerComment: banner.trim(), additionalProperties: false, unreachableDefinitions: true }),
);
