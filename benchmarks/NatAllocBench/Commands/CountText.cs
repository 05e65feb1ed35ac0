using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace NatAllocBench.Commands;

/// <summary>Numbers on the command line: plain, or in thousands (20k) or millions (1.5M).</summary>
internal static class CountText
{
    /// <summary>Reads the numbers of all options of a command and its subcommands here: the library would take 1,,2 for 12.</summary>
    public static void Install(Command command)
    {
        foreach (Option option in command.Options)
        {
            switch (option)
            {
                case Option<int> number: number.CustomParser = Read<int>; break;
                case Option<int?> number: number.CustomParser = result => Read<int>(result); break;
                case Option<long> number: number.CustomParser = Read<long>; break;
                case Option<ulong> number: number.CustomParser = Read<ulong>; break;
                case Option<ulong?> number: number.CustomParser = result => Read<ulong>(result); break;
                case Option<double> number: number.CustomParser = Read<double>; break;
                case Option<double?> number: number.CustomParser = result => Read<double>(result); break;
            }
        }

        foreach (Command subcommand in command.Subcommands)
        {
            Install(subcommand);
        }
    }

    /// <summary>Reads a number with an optional k or M; the result must be whole unless <typeparamref name="T"/> has fractions.</summary>
    public static bool TryParse<T>(string text, out T value)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        bool isWhole = typeof(T) != typeof(double);
        double unit = text.Length == 0 ? 1 : text[^1] switch { 'k' or 'K' => 1e3, 'M' => 1e6, _ => 1 };
        if (unit == 1)
        {
            return T.TryParse(text, isWhole ? NumberStyles.Integer : NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        }

        bool isNumber = double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double digits);
        double count = Math.Round(digits * unit, 6);
        bool isRead = isNumber && count < double.CreateSaturating(T.MaxValue) && (!isWhole || double.IsInteger(count));
        value = isRead ? T.CreateChecked(count) : T.Zero;
        return isRead;
    }

    private static T Read<T>(ArgumentResult result)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        string text = result.Tokens is [var token, ..] ? token.Value : "";
        if (!TryParse(text, out T value))
        {
            result.AddError($"Cannot parse argument '{text}' for option '{(result.Parent as OptionResult)?.Option.Name}': "
                + "write a number, for example 500, 20k or 1M.");
        }

        return value;
    }
}
