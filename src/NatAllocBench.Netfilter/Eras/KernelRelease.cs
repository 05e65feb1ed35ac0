using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>Who numbers the builds of a kernel.</summary>
public enum KernelVendor
{
    /// <summary>kernel.org: the third number is the point release.</summary>
    KernelOrg,

    /// <summary>Ubuntu's generic kernels (and low-latency, virtual, KVM): the number after the dash is an ABI number.</summary>
    Ubuntu,

    /// <summary>An Ubuntu kernel for a cloud or a device, whose ABI numbers are its own.</summary>
    UbuntuFlavour,

    /// <summary>Ubuntu's kernels for Azure.</summary>
    UbuntuAzure,

    /// <summary>Red Hat Enterprise Linux and its rebuilds.</summary>
    RedHat,

    /// <summary>Debian, by the package version or the newer <c>uname -r</c>: the third number is the point release.</summary>
    Debian,

    /// <summary>Debian by <c>uname -r</c>, whose number after the dash is an ABI number; <c>uname -v</c> has the point release.</summary>
    DebianAbi,

    /// <summary>Amazon Linux: the third number is the point release.</summary>
    Amazon,

    /// <summary>Azure Linux or CBL-Mariner: the third number is the point release.</summary>
    AzureLinux,

    /// <summary>Any other suffix.</summary>
    Other,
}

/// <summary>A kernel's version string, taken apart.</summary>
/// <param name="Text">The string.</param>
/// <param name="Version">Its leading numbers.</param>
/// <param name="Vendor">Who numbers its builds, by the form of the string.</param>
/// <param name="Build">The distribution's build number, or null.</param>
public sealed partial record KernelRelease(string Text, KernelVersion Version, KernelVendor Vendor, BuildNumber? Build)
{
    /// <summary>Reads a version string such as <c>uname -r</c> prints.</summary>
    /// <param name="text">For example 5.15.150, 5.15.0-91-generic or 4.18.0-477.el8.x86_64.</param>
    /// <exception cref="FormatException">It does not start with two numbers joined by a dot.</exception>
    public static KernelRelease Parse(string text)
    {
        KernelVersion version = KernelVersion.Parse(text);
        text = text.Trim();
        string suffix = text.AsSpan().TrimStart("0123456789.").ToString();
        KernelVendor vendor = VendorOf(version, suffix);
        string number = string.Concat(suffix.TrimStart('-').TakeWhile(digit => char.IsAsciiDigit(digit) || digit == '.'));
        return new KernelRelease(text, version, vendor, BuildNumber.TryParse(number, out BuildNumber build) ? build : null);
    }

    /// <summary>Reads a version string without throwing.</summary>
    /// <param name="text">The string; null is none.</param>
    /// <param name="release">The release, or null.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out KernelRelease? release)
    {
        release = KernelVersion.TryParse(text, out _) ? Parse(text) : null;
        return release is not null;
    }

    private static KernelVendor VendorOf(KernelVersion version, string suffix) => suffix switch
    {
        _ when PlainPattern().IsMatch(suffix) => KernelVendor.KernelOrg,
        _ when RedHatPattern().IsMatch(suffix) => KernelVendor.RedHat,
        _ when suffix.Contains(".amzn", StringComparison.Ordinal) => KernelVendor.Amazon,
        _ when AzureLinuxPattern().IsMatch(suffix) => KernelVendor.AzureLinux,
        _ when DebianPointPattern().IsMatch(suffix) && version.Patch != 0 => KernelVendor.Debian,
        _ when version.Patch != 0 => KernelVendor.Other,
        _ when DebianAbiPattern().IsMatch(suffix) => KernelVendor.DebianAbi,
        _ when UbuntuPattern().IsMatch(suffix) => KernelVendor.Ubuntu,
        _ when UbuntuFlavourPattern().Match(suffix) is { Success: true } match =>
            match.Groups[1].Value == "azure" ? KernelVendor.UbuntuAzure : KernelVendor.UbuntuFlavour,
        _ => KernelVendor.Other,
    };

    [GeneratedRegex(@"^(-rc\d+)?$")]
    private static partial Regex PlainPattern();

    [GeneratedRegex(@"(^|\.)el\d+(_\d+)?(\.|$)")]
    private static partial Regex RedHatPattern();

    [GeneratedRegex(@"\.(azl\d+|cm\d+)")]
    private static partial Regex AzureLinuxPattern();

    [GeneratedRegex(@"^(\+deb\d+.*|-\d+(\+deb\d+u\d+|~bpo.*)?)$")]
    private static partial Regex DebianPointPattern();

    [GeneratedRegex(@"^-(\d+|0\.deb\d+\.\d+)(-cloud|-rt)*-(amd64|686(-pae)?|arm64|armmp(-lpae)?|powerpc64le|s390x|riscv64)$")]
    private static partial Regex DebianAbiPattern();

    [GeneratedRegex(@"^-\d+(\.\d+)?([~+][\w.]*)?(-(generic|generic-64k|lowlatency|virtual|kvm))?$")]
    private static partial Regex UbuntuPattern();

    [GeneratedRegex(@"^-\d+(?:\.\d+)?-(azure|aws|gcp|gke|gkeop|oracle|oem|raspi|ibm|nvidia)(-\w+)?$")]
    private static partial Regex UbuntuFlavourPattern();
}
