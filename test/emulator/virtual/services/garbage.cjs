// Makes as much garbage as it is told, and watches what collection could show it.
const registry = new FinalizationRegistry(() => console.log('collected'));
const refs = [];
const signals = [];
let beats = 0;
const beat = setInterval(() => {
  registry.register({ beats }, beats);
  refs.push(new WeakRef({ beats }));
  signals.push(AbortSignal.any([AbortSignal.timeout(1000)]));
  AbortSignal.timeout(500).addEventListener('abort', () => console.log('late', performance.now()));
  for (let left = Number(process.env.MEGABYTES); left > 0; left--) Buffer.alloc(2 ** 20);
  if (++beats < 10) return;
  clearInterval(beat);
  setTimeout(() => console.log(refs.filter(ref => ref.deref() === undefined).length, signals.length), 5000);
}, 100);
