import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { icmp } from './icmp.ts';
import { otherPing } from './ping-for-test.ts';

/** What iputils printed, by address: the second time without replies, and so on. */
const script = `for address; do :; done
case $address in
192.0.2.1) cat <<'END'
PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.
64 bytes from 192.0.2.1: icmp_seq=1 ttl=57 time=12.3 ms
64 bytes from 192.0.2.1: icmp_seq=3 ttl=57 time=14.1 ms
64 bytes from 192.0.2.1: icmp_seq=3 ttl=57 time=14.6 ms (DUP!)

--- 192.0.2.1 ping statistics ---
3 packets transmitted, 2 received, +1 duplicates, 33.3333% packet loss, time 402ms
rtt min/avg/max/mdev = 12.300/13.666/14.600/1.001 ms
END
;;
192.0.2.2) printf 'PING 192.0.2.2 (192.0.2.2) 56(84) bytes of data.\\n\\n'; exit 1 ;;
192.0.2.3) printf 'PING 192.0.2.3 (192.0.2.3) 56(84) bytes of data.\\nFrom 198.51.100.7 icmp_seq=1 Destination Host Unreachable\\n'; exit 1 ;;
*) echo 'ping: socktype: SOCK_RAW' >&2; echo 'ping: socket: Operation not permitted' >&2; exit 2 ;;
esac`;

test('what is said and reported of an attempt', async () => {
  await using _ping = otherPing(script);
  const port = 0;
  const text = await golden(icmp, [
    { name: 'two of three answered', port, value: '192.0.2.1', options: { count: 3, expect: { replies: 2 } } },
    { name: 'one reply too few', port, value: '192.0.2.1', options: { count: 3, expect: { replies: 3 } } },
    { name: 'no reply', port, value: '192.0.2.2', options: {} },
    { name: 'a router that knows no way', port, value: '192.0.2.3', options: {} },
    { name: 'not allowed', port, value: '192.0.2.4', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
