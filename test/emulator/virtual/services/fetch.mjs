// The global fetch, the package undici and the global WebSocket.
import http from 'node:http';
import { fetch as packaged } from 'undici';

const [server] = process.argv.slice(2);
if (!server) http.createServer((request, response) => response.end(`hello ${request.url}`)).listen(80);
else {
  const get = async (name, how, path) => {
    const started = performance.now();
    const response = await how(`http://${server}${path}`);
    console.log(name, response.status, await response.text(), (performance.now() - started).toFixed(3));
  };
  await get('fetch', fetch, '/1');
  await get('fetch', fetch, '/2');
  await get('undici', packaged, '/1');
  await get('undici', packaged, '/2');
  const response = new Response('own');
  console.log(await response.text(), response instanceof Response, typeof WebSocket);
}
