// TLS, https, HTTP/2 in the clear and over TLS; with a server's name as argument, the client of all four.
const http2 = require('node:http2');
const https = require('node:https');
const tls = require('node:tls');
const { key, cert } = require('./certificate.cjs');
const [server] = process.argv.slice(2);
const say = (...words) => console.log(...words);
if (!server) {
  tls
    .createServer({ key, cert }, socket => socket.on('data', data => socket.write(`echo ${data}`)))
    .listen(442);
  https.createServer({ key, cert }, (_request, response) => response.end('secure')).listen(443);
  http2.createServer((request, response) => response.end(`h2c ${request.url}`)).listen(81);
  http2
    .createSecureServer({ key, cert }, (request, response) => response.end(`h2 ${request.url}`))
    .listen(444);
} else {
  const rejectUnauthorized = false;
  const socket = tls.connect({ host: server, port: 442, rejectUnauthorized }, () => {
    say('tls', socket.getProtocol(), performance.now().toFixed(3));
    socket.write('hello');
  });
  socket.on('data', data => {
    say('tls', String(data), performance.now().toFixed(3));
    socket.end();
  });
  https.get({ host: server, rejectUnauthorized }, response => {
    response.on('data', data => say('https', String(data), performance.now().toFixed(3)));
  });
  for (const url of [`http://${server}:81`, `https://${server}:444`]) {
    const session = http2.connect(url, { rejectUnauthorized });
    const stream = session.request({ ':path': '/z' });
    stream.on('data', data => say('http2', String(data), performance.now().toFixed(3)));
    stream.on('end', () => session.close());
    stream.end();
  }
}
