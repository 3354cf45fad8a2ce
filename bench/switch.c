// The yardstick for the packet switch: what a loop of the same kind does in C, without any model.
//
//   switch A B DELAY SECONDS   forwards between the TUN descriptors A and B, DELAY ns later
//   flood ADDRESS SECONDS      sends 64-byte UDP datagrams to ADDRESS as fast as it can
//   sink SECONDS               takes them in
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 65536, SIZE = 2048, BURST = 64, PORT = 9 };

struct packet {
  long due;
  int to, length;
};

static unsigned char slab[SLOTS][SIZE];
static struct packet ring[SLOTS];

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static int forward(const int tun[2], long delay, long end) {
  struct epoll_event events[2];
  unsigned head = 0, tail = 0;
  long packets = 0, lost = 0;
  int epoll = epoll_create1(0);
  for (int i = 0; i < 2; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(epoll, EPOLL_CTL_ADD, tun[i], &event);
  }
  prctl(PR_SET_TIMERSLACK, 1);
  for (long t = now(); t < end; t = now()) {
    for (; tail != head && ring[tail % SLOTS].due <= t; tail++) {
      struct packet *p = &ring[tail % SLOTS];
      if (write(tun[p->to], slab[tail % SLOTS], p->length) < 0) lost++;
    }
    long wait = tail == head ? 50000000 : ring[tail % SLOTS].due - t;
    struct timespec timeout = {0, wait > 0 ? wait : 0};
    int ready = epoll_pwait2(epoll, events, 2, &timeout, NULL);
    for (int e = 0; e < ready; e++) {
      int from = events[e].data.u32;
      long due = now() + delay;
      for (int n = 0; n < BURST && head - tail < SLOTS; n++) {
        int length = read(tun[from], slab[head % SLOTS], SIZE);
        if (length <= 0) break;
        packets++;
        ring[head++ % SLOTS] = (struct packet){due, !from, length};
      }
    }
  }
  printf("%ld %ld\n", packets, lost);
  return 0;
}

static int flood(const char *address, long end) {
  static char payload[64];
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  struct iovec iov = {payload, sizeof payload - 28};
  struct mmsghdr messages[BURST];
  inet_pton(AF_INET, address, &to.sin_addr);
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  if (connect(s, (struct sockaddr *)&to, sizeof to)) return perror("connect"), 1;
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BURST; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
  while (now() < end) sendmmsg(s, messages, BURST, 0);
  return 0;
}

static int sink(long end) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(s, (struct sockaddr *)&at, sizeof at)) return perror("bind"), 1;
  usleep((end - now()) / 1000);
  return 0;
}

int main(int argc, char **argv) {
  long end = now() + (long)(atof(argv[argc - 1]) * 1e9);
  if (argc == 6 && !strcmp(argv[1], "switch")) {
    int tun[2] = {atoi(argv[2]), atoi(argv[3])};
    return forward(tun, atol(argv[4]), end);
  }
  if (argc == 4 && !strcmp(argv[1], "flood")) return flood(argv[2], end);
  if (argc == 3 && !strcmp(argv[1], "sink")) return sink(end);
  return 2;
}
