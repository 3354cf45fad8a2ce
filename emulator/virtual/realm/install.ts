// Makes the thread a realm of virtual time. Import this before anything that loads net, http, crypto and their like.
import { installDns } from '../handles/dns.ts';
import { installRefusedHandles } from '../handles/refused.ts';
import { ConnectionRequest, TcpHandle } from '../handles/tcp.ts';
import { SendRequest, UdpHandle } from '../handles/udp.ts';
import { installBuffers } from './buffers.ts';
import { installClocks } from './clocks.ts';
import { installCollection } from './collection.ts';
import { installCrypto } from './crypto.ts';
import { installCryptoJobs } from './crypto-jobs.ts';
import { installMathRandom } from './entropy.ts';
import { installGlobals } from './globals.ts';
import { installHttp } from './http.ts';
import { binding, checkNode, checkNothingLoaded, replace } from './internals.ts';
import { installLocale } from './locale.ts';
import { installMessageChannel } from './message-channel.ts';
import { listenForEscapes } from './running.ts';
import { installThreads } from './threads.ts';
import { installTimers } from './timers.ts';
import { installWebCrypto } from './web-crypto.ts';
import { installZlib } from './zlib.ts';

function installHandles(): void {
  const udp = binding<object>('udp_wrap');
  replace(udp, 'UDP', UdpHandle);
  replace(udp, 'SendWrap', SendRequest);
  const tcp = binding<object>('tcp_wrap');
  replace(tcp, 'TCP', TcpHandle);
  replace(tcp, 'TCPConnectWrap', ConnectionRequest);
  installDns();
  installRefusedHandles();
}

function install(): void {
  checkNode();
  checkNothingLoaded();
  // Below Node's modules first: they take these to themselves when they load.
  installHandles();
  installTimers();
  installClocks();
  installMathRandom();
  installBuffers();
  installLocale();
  installCryptoJobs();
  installZlib();
  installCollection();
  installThreads();
  // These load them.
  installHttp();
  installCrypto();
  installWebCrypto();
  installMessageChannel();
  installGlobals();
  listenForEscapes();
}

install();
