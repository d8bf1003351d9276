/** Which words of the texts a verdict of the self-check is told with: title, how to tell, the next step, commands to copy. Pure. */
import type { WayIn } from '../../preload/contract.ts';
import type { Texts } from '../texts/texts.ts';

export interface WayInWords {
  tone: 'good' | 'info' | 'warn' | 'bad';
  title: string;
  tell: string;
  step: string | null;
  /** To be copied as they are. */
  commands: readonly string[];
}

/**
 * @param address what the class is shown, without `http://`
 * @param isSomebodyHere now, by this window; who came from which computer the verdict alone knows
 */
export function wayInWords(t: Texts['wayIn'], wayIn: WayIn, address: string, isSomebodyHere = false): WayInWords {
  const { verdict, detail, subnets, downAdapters } = wayIn;
  const port = wayIn.port ?? 0;
  const taken = wayIn.takenPort ?? port;
  const peer = wayIn.peer ?? '';
  const words = (
    tone: WayInWords['tone'],
    title: string,
    tell: string,
    step: string | null = null,
    commands: readonly string[] = [],
  ) => ({ tone, title: wayIn.isSure || tone !== 'bad' ? title : `${t.likely}: ${title}`, tell, step, commands });

  switch (verdict) {
    case 'well':
      if (detail === 'reached') return words('good', t.well.reached(peer), t.well.tell(address));
      if (detail === 'report') return words('good', t.well.report, t.well.tell(address));
      return words('good', t.well.open, t.well.openTell(address, isSomebodyHere));
    case 'unknown': {
      const tell = isSomebodyHere ? t.unknown.hereTell : t.unknown.tell;
      if (detail === 'no-peer') return words('info', t.unknown.noPeerTitle, tell, t.unknown.noPeerStep);
      if (detail === 'others-come')
        return words('info', t.unknown.othersTitle, t.well.tell(address), t.unknown.othersStep(address));
      return words('info', t.unknown.title(address), tell, t.unknown.step);
    }
    case 'no-link':
      return detail === 'self-made'
        ? words('bad', t.noLink.title, t.noLink.selfMadeTell, t.noLink.selfMadeStep)
        : words('bad', t.noLink.title, t.noLink.tell(downAdapters), t.noLink.step);
    case 'port-taken': {
      const title = t.portTaken.title(taken, wayIn.takenBy);
      return detail === 'moved'
        ? words('warn', title, t.portTaken.movedTell(taken, port), t.portTaken.movedStep)
        : words('bad', title, t.portTaken.noneTell(taken), t.portTaken.noneStep);
    }
    case 'two-adapters':
      return words(
        'warn',
        t.twoAdapters.title,
        wayIn.isSure ? t.twoAdapters.peerTell(peer) : t.twoAdapters.tell(subnets),
        t.twoAdapters.step,
      );
    case 'firewall': {
      const step =
        wayIn.platform === 'win32'
          ? t.firewall.win32
          : wayIn.platform === 'darwin'
            ? t.firewall.darwin
            : t.firewall.linux;
      const tell = peer === '' ? t.firewall.tell : t.firewall.peerTell(peer);
      return words('bad', t.firewall.title(port), tell, step, firewallCommands(wayIn.platform, port));
    }
    case 'other-subnet':
      return words('bad', t.otherSubnet.title, t.otherSubnet.tell(subnets, peer), t.otherSubnet.step);
    case 'isolated': {
      const tell = t.isolated.tell(peer);
      return words('bad', t.isolated.title, wayIn.isSure ? tell : `${tell} ${t.isolated.unsure}`, t.isolated.step);
    }
  }
}

/** Commands that open a port, as the system takes them; none where it has no such command. */
export function firewallCommands(platform: string, port: number): string[] {
  if (platform === 'win32')
    return [
      `netsh advfirewall firewall add rule name="Parta" dir=in action=allow protocol=TCP localport=${port} remoteip=localsubnet`,
    ];
  if (platform !== 'linux') return [];
  return [
    `firewall-cmd --permanent --add-port=${port}/tcp && firewall-cmd --reload`,
    `ufw allow ${port}/tcp`,
    `iptables -I INPUT -p tcp --dport ${port} -j ACCEPT`,
  ];
}
