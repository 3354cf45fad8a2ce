// Error numbers as libuv gives them on Linux: 0 is success, a failure is a negative number.

export const EACCES = -13;
export const EINVAL = -22;
export const EPIPE = -32;
export const EDESTADDRREQ = -89;
export const EMSGSIZE = -90;
export const EADDRINUSE = -98;
export const EADDRNOTAVAIL = -99;
export const ENETUNREACH = -101;
export const ECONNRESET = -104;
export const EISCONN = -106;
export const ENOTCONN = -107;
export const ETIMEDOUT = -110;
export const ECONNREFUSED = -111;
export const ECANCELED = -125;
