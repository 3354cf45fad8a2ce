// Answers datagrams; with a peer's name as argument it asks it and says how long that took.
const dgram = require('node:dgram');
const socket = dgram.createSocket('udp4');
const [peer] = process.argv.slice(2);
socket.on('message', (message, from) => {
  if (peer) {
    console.log(`${message} after ${performance.now()} ms from ${from.address}:${from.port}`);
    socket.close();
  } else socket.send(`echo ${message}`, from.port, from.address);
});
socket.bind(peer ? 0 : 7, () => {
  if (peer) socket.send('hello', 7, peer);
});
