// A service whose second event comes at a time that no seed decides: OpenSSL draws the nonce of a signature by itself.
const { generateKeyPairSync, sign } = require('node:crypto');

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function later() {
  const signature = sign('sha256', Buffer.from('once'), privateKey);
  setTimeout(() => console.log('done'), 1 + (signature.readUInt32BE(signature.length - 4) % 5000));
}

setTimeout(later, 500);
