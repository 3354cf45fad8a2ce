// Further error numbers as libuv gives them on Linux: those that no stack answers, only a handle.

export const EBADF = -9;
export const ENOTSUP = -95;
/** No such name: what getaddrinfo answers. */
export const EAI_NONAME = -3008;
