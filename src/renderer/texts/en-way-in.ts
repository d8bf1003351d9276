/** Words of the self-check of the way in, in English. */
import type { Widen } from '../../ui/texts.ts';
import type { ruWayIn } from './ru-way-in.ts';

const list = (items: readonly string[]) => items.join(', ');

export const enWayIn: Widen<typeof ruWayIn> = {
  wayIn: {
    well: {
      reached: (from) => `Students come in: it was opened from ${from}`,
      report: 'Students in this network can sign in',
      open: 'Nothing seems to be in the way',
      openTell: (address, isSomebodyHere) =>
        `The address ${address} answers, the firewall lets through. ${isSomebodyHere ? 'Somebody is here already or waits below.' : 'Nobody is here yet.'}`,
      tell: (address) => `The address for the class: ${address}.`,
    },
    unknown: {
      title: (address) => `The address ${address} answers on this computer`,
      tell: 'Whether the network lets others in cannot be seen from here: a firewall and a guest Wi-Fi look the same until somebody comes in.',
      hereTell:
        'Somebody is here already or waits below. Whether at this computer or at another cannot be seen from here.',
      step: 'Open the address on any other computer and say what it showed.',
      noPeerTitle: 'A firewall, another network or a Wi-Fi that keeps guests apart: not known yet',
      noPeerStep: 'Look up the address of that computer (not of this one) and enter it below.',
      othersTitle: 'The way here is open, the trouble is on that computer',
      othersStep: (address) =>
        `Check there: exactly ${address} in the address bar, without https or www; proxy and VPN off; another browser. If it opens, say so below.`,
    },
    noLink: {
      title: 'No link to a network: cable or Wi-Fi',
      tell: (down) =>
        down.length > 0
          ? `Without a link: ${list(down)}. The lamp at the cable’s socket is off, or Wi-Fi is not connected.`
          : 'This computer has no address in any network.',
      selfMadeTell:
        'The cable or Wi-Fi is connected, but the network gave no address: the computer made one up (169.254…).',
      step: 'Push the cable in until it clicks, in the computer and in the socket or switch, or join the Wi-Fi that the students use. No internet is needed.',
      selfMadeStep:
        'Restart the router or switch of the classroom and plug the cable in anew. Where the room has no router, turn on this computer’s Wi-Fi hotspot.',
    },
    portTaken: {
      title: (port, by) => (by === null ? `Port ${port} is taken by another program` : `Port ${port} is taken: ${by}`),
      movedTell: (was, now) =>
        `Parta moved to port ${now} and stays there. Old cards and bookmarks lead to ${was} and will not open.`,
      movedStep: 'Show the class the new address or QR, and print the cards again.',
      movedDo: (now) => `Understood, now ${now}`,
      noneTell: (port) =>
        `All ports next to it, from ${port} on, are taken too: the class server does not run, nobody can sign in.`,
      noneStep: 'Close the second Parta (another user of this computer may run it) or use another port.',
      noneDo: 'Use another port',
    },
    twoAdapters: {
      title: 'This computer is in several networks at once',
      tell: (subnets) =>
        `Networks: ${list(subnets)}. Only the address in their own network opens for students; the one shown may be the wrong one.`,
      peerTell: (peer) => `The computer ${peer} is in another network than the address shown to the class.`,
      step: 'Choose the address of the network where the students are. The screen, the QR and the cards will show it.',
      choose: 'Address for the class',
    },
    firewall: {
      title: (port) => `This computer’s firewall does not let port ${port} through`,
      tell: 'The address opens here, while students’ browsers wait long and say that the connection timed out.',
      peerTell: (peer) => `The computer ${peer} can be seen from here, but the page does not open on it.`,
      win32:
        'If the window “Windows Defender Firewall has blocked some features of this app” is open, tick “Private networks” (and “Public networks” where Windows takes the school’s network for one) and press “Allow access”. If it is not: Start → “Allow an app through Windows Firewall” → “Change settings” → Parta → “Private”. Or in a command prompt run as administrator:',
      linux:
        'ALT: “System Management Center” → “Firewall” → allow the port. Or in a terminal as the administrator (root), whichever of these exists:',
      darwin: 'System Settings → “Network” → “Firewall” → “Options” → Parta: “Allow incoming connections”.',
      noRights: (port) =>
        `If you have no rights to, show this to the administrator: incoming, TCP, port ${port}, private network.`,
    },
    otherSubnet: {
      title: 'The students are in another network',
      tell: (subnets, peer) =>
        `This computer is in ${list(subnets)}, the computer ${peer} is not: there is no way between these networks.`,
      step: 'Connect both to one network: the same Wi-Fi or the same switch. Where the school keeps its networks apart on purpose, ask the administrator to open a way to this computer.',
    },
    isolated: {
      title: 'The network keeps computers apart',
      tell: (peer) =>
        `The computer ${peer} is in the same network but cannot be seen from here. A guest Wi-Fi does that: everybody has the internet and nobody sees anybody.`,
      unsure: 'A computer that is off, or a wrong address, looks the same: check the address once more.',
      step: 'Connect this computer by cable, use another (not a guest) network, or turn on this computer’s Wi-Fi hotspot. For the administrator: “client isolation”, AP isolation.',
    },
    ask: {
      title: (address) => `Open ${address} on another computer. What does it show?`,
      opened: 'Parta opened',
      failed: 'It did not open',
      peer: 'Address of that computer',
      peerHow:
        'Windows: ipconfig, the line IPv4. ALT and others: ip -4 address. Phone: properties of the Wi-Fi network.',
      wrong: 'An address like 192.168.1.20',
      check: 'Check',
    },
    likely: 'Most probably',
  },
};
