// The program of the start-up test, server and client, and what its client says when all is well.

/** A line for each thing that works: what came, and when, in milliseconds. */
export const EXPECTED: readonly string[] = [
  'timer 33',
  'subtle ba7816bf 0',
  'udp echo 101',
  'tcp echo 201',
  'http answer 201',
  'tls echo 301',
  'h2 answer 301',
];

/** Worth nothing: both ends of the test are on this computer. */
const KEY = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPfALja+ME+sAbUwXYkF14facnmmtfaZ6Ks7rS9ck0Ui
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBPjCB8aADAgECAhRAFd8I1MGUroV8opgBq99sUGPJQzAFBgMrZXAwFDESMBAG
A1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTAwMzYzOFoYDzIxMjYxMTAxMDAzNjM4
WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwKjAFBgMrZXADIQBIQLjFF55ilddGEE0d
PIhmj+cdscrGH8Z6g/ML9YFTM6NTMFEwHQYDVR0OBBYEFIwZzMMPgBq9G+X5Ym2T
2dCBtTwxMB8GA1UdIwQYMBaAFIwZzMMPgBq9G+X5Ym2T2dCBtTwxMA8GA1UdEwEB
/wQFMAMBAf8wBQYDK2VwA0EA3Y2JYNPg3gGUbrJemIxl2GIUOri/YCqS3LvVCrUB
LoA9jh8kf/w/dOdFe48BfGtVSSJEFE77FOEAhKQBKaWRDQ==
-----END CERTIFICATE-----`;

export const PROGRAM = `
const [dgram, net, http, tls, http2] = ['dgram', 'net', 'http', 'tls', 'http2'].map(name => require(name));
const [server] = process.argv.slice(2);
const credentials = { key: ${JSON.stringify(KEY)}, cert: ${JSON.stringify(CERTIFICATE)} };
const say = (what, ...rest) => console.log(what, ...rest, Math.floor(performance.now()));
if (server === undefined) {
  const socket = dgram.createSocket('udp4').bind(1);
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  net.createServer(connection => connection.pipe(connection)).listen(2);
  http.createServer((request, response) => response.end('answer')).listen(3);
  tls.createServer(credentials, connection => connection.pipe(connection)).listen(4);
  http2.createSecureServer(credentials, (request, response) => response.end('answer')).listen(5);
} else {
  setTimeout(() => say('timer'), 33);
  crypto.subtle.digest('SHA-256', Buffer.from('abc')).then(digest =>
    say('subtle', Buffer.from(digest).toString('hex').slice(0, 8)));
  const socket = dgram.createSocket('udp4');
  socket.on('message', message => say('udp', String(message)) ?? socket.close());
  socket.send('echo', 1, server);
  const rejectUnauthorized = false;
  const echo = (name, connection) => connection.on('data', data => say(name, String(data)) ?? connection.end());
  echo('tcp', net.connect(2, server)).write('echo');
  http.get({ host: server, port: 3 }, response => response.on('data', data => say('http', String(data))));
  echo('tls', tls.connect({ host: server, port: 4, rejectUnauthorized })).write('echo');
  const session = http2.connect('https://' + server + ':5', { rejectUnauthorized });
  const stream = session.request({ ':path': '/' });
  stream.on('data', data => say('h2', String(data)) ?? session.close());
  stream.end();
}
`;
