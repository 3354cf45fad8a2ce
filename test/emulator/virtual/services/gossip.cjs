// Sends a datagram of 100 bytes to a random host so often a second, and answers those that come.
const dgram = require('node:dgram');
const [first, count, rate] = process.argv.slice(2).map(Number);
const socket = dgram.createSocket('udp4');
socket.on('message', (message, from) => {
  if (message[0] !== 0) return;
  message[0] = 1;
  socket.send(message, from.port, from.address);
});
socket.bind(7);
setInterval(() => {
  const number = 1 + first + Math.floor(Math.random() * count);
  socket.send(Buffer.alloc(100), 7, `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`);
}, 1000 / rate);
