// Types of the API from ../schema/openapi.json and of the socket from ../schema/socket.schema.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';
import openapiTS, { astToString } from 'openapi-typescript';

const banner = '// Written by `npm run generate`; do not edit.\n';

const api = await openapiTS(new URL('../../schema/openapi.json', import.meta.url));
writeFileSync('src/api/schema.d.ts', `${banner}${astToString(api)}`);

const socket = JSON.parse(readFileSync('../schema/socket.schema.json', 'utf8'));
writeFileSync(
  'src/api/socket-schema.d.ts',
  await compile(socket, 'SocketFrames', { bannerComment: banner.trim(), additionalProperties: false, unreachableDefinitions: true }),
);
