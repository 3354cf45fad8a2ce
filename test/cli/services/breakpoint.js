// Stops at a breakpoint, and says what time it was before and after.
setTimeout(() => {
  const before = Date.now();
  // biome-ignore lint/suspicious/noDebugger: what this service is for
  debugger;
  console.log(JSON.stringify({ passed: Date.now() - before }));
}, 100);
