using System.CommandLine;

namespace NatAllocBench.Commands;

/// <summary><c>completion</c>: scripts that let a shell complete commands, options and values.</summary>
internal static class CompletionCommand
{
    // The program itself knows what may follow: it answers to the directive [suggest:POSITION] with a line for each completion.
    private const string Bash = """
        # NatAllocBench: source <(natallocbench completion bash)
        _natallocbench() {
            local line=${COMP_LINE} IFS=$'\n'
            COMPREPLY=($(natallocbench "[suggest:${COMP_POINT}]" "${line}" 2>/dev/null))
            local word=${COMP_WORDS[COMP_CWORD]}
            COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "${word}"))
        }
        complete -o default -F _natallocbench natallocbench

        """;

    private const string Zsh = """
        # NatAllocBench: source <(natallocbench completion zsh)
        _natallocbench() {
            local -a replies
            replies=(${(f)"$(natallocbench "[suggest:$((CURSOR))]" "${BUFFER}" 2>/dev/null)"})
            compadd -a replies || _files
        }
        compdef _natallocbench natallocbench

        """;

    private const string PowerShell = """
        # NatAllocBench: natallocbench completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName natallocbench -ScriptBlock {
            param($word, $commandAst, $position)
            natallocbench "[suggest:$position]" "$commandAst" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    private static readonly Argument<string> Shell = new Argument<string>("shell")
    {
        Description = "bash, zsh or powershell.",
        HelpName = "SHELL",
    }.AcceptOnlyFromAmong("bash", "zsh", "powershell");

    public static Command Create()
    {
        var command = new Command("completion", "Print the script that lets a shell complete the commands and options of natallocbench.") { Shell };
        JsonOutput.SetAction(command, parsed =>
        {
            Console.Out.Write(parsed.GetValue(Shell) switch { "bash" => Bash, "zsh" => Zsh, _ => PowerShell });
            return CommandLine.Success;
        });
        return command;
    }
}
