// A node of BitTorrent's DHT (package bittorrent-dht) that announces a torrent and looks for its neighbour's.
import { createHash } from 'node:crypto';
import { Client } from 'bittorrent-dht';

const [index, count, first, lookAt] = process.argv.slice(2);
const hash = number =>
  createHash('sha1')
    .update(`torrent ${number % count}`)
    .digest('hex');
const dht = new Client({ bootstrap: first ? [`${first}:20000`] : false, verify: null });
dht.on('error', error => console.log('error', error.message));
dht.listen(20000);
if (lookAt) {
  setTimeout(() => dht.announce(hash(Number(index)), 6881, () => {}), lookAt / 2);
  setTimeout(() => {
    const wanted = hash(Number(index) + 1);
    const started = performance.now();
    let peers = 0;
    dht.on('peer', (_peer, found) => {
      if (found.toString('hex') === wanted) peers++;
    });
    dht.lookup(wanted, () => console.log('found', peers, (performance.now() - started).toFixed(3)));
  }, lookAt);
}
