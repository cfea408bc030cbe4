import { Argument } from 'commander';
import { UsageError } from '../../errors.ts';
import { type DefineCommand, intro } from '../command.ts';
import { scripts } from '../completion/scripts.ts';

export const define: DefineCommand = (command, session) =>
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)).argParser(knownShell))
    .addHelpText(
      'before',
      intro('Prints what a shell needs to complete commands, options, contexts, clusters and codes.', [
        ['source <(aegis-xc completion bash)', 'in ~/.bashrc'],
        ['source <(aegis-xc completion zsh)', 'in ~/.zshrc, after compinit'],
        ['aegis-xc completion fish | source', 'in ~/.config/fish/config.fish'],
        ['aegis-xc completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
      ]),
    )
    .addHelpText(
      'after',
      '\n`kubectl aegis-xc` needs none of them: kubectl asks kubectl_complete-aegis_xc, which npm installs.',
    )
    .action(
      session.runs((shell: string) => {
        session.print(scripts[shell] ?? '');
        return 0;
      }),
    );

function knownShell(shell: string): string {
  if (shell in scripts) return shell;
  throw new UsageError(
    `There is no completion for ${shell}.`,
    `Allowed choices are ${Object.keys(scripts).join(', ')}.`,
  );
}
