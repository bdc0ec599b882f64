package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundAddressesTest {

    private final OutboundAddresses open = new OutboundAddresses(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.9.9.9",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:a00:1::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void what_is_not_of_the_open_internet_is_not_called(String address) {
        assertThat(open.permits(IpAddress.find(address).orElseThrow())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"})
    void the_open_internet_is_called(String address) {
        assertThat(open.permits(IpAddress.find(address).orElseThrow())).isTrue();
    }

    @Test
    void whoever_runs_the_instance_may_allow_a_network() {
        var some = new OutboundAddresses(List.of(Cidr.find("10.1.0.0/16").orElseThrow()));

        assertThat(some.permits(IpAddress.find("10.1.2.3").orElseThrow())).isTrue();
        assertThat(some.permits(IpAddress.find("::ffff:10.1.2.3").orElseThrow()))
                .isTrue();
        assertThat(some.permits(IpAddress.find("10.2.2.3").orElseThrow())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "https://example.com:8443/hooks?a=b",
                "https://1.1.1.1/",
                "https://[2606:4700::1111]/",
                "http://127.0.0.1:8080/hooks",
                "http://localhost/hooks",
                "https://localhost/hooks"
            })
    void a_url_may_be_called(String url) {
        assertThat(EndpointUrl.parse(url, loopback())).isInstanceOf(EndpointUrl.Parsed.Fit.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "ftp://example.com",
                "http://example.com",
                "http://10.0.0.1/",
                "https://10.0.0.1/",
                "https://169.254.169.254/latest/meta-data",
                "https://[::ffff:10.0.0.1]/",
                "https://[fd00:ec2::254]/",
                "https://user:password@example.com/",
                "https://user@example.com/",
                "https://example.com/#fragment",
                "https:///path",
                "https://example.com:0/",
                "https://example.com:99999/",
                "https://exa mple.com/",
                "https://example.com/\u00e4"
            })
    void a_url_may_not_be_called(String url) {
        assertThat(EndpointUrl.parse(url, loopback())).isInstanceOf(EndpointUrl.Parsed.Unfit.class);
    }

    @Test
    void http_to_this_machine_needs_to_be_allowed() {
        assertThat(EndpointUrl.parse("http://127.0.0.1/", open)).isInstanceOf(EndpointUrl.Parsed.Unfit.class);
        assertThat(EndpointUrl.parse("http://localhost/", open)).isInstanceOf(EndpointUrl.Parsed.Unfit.class);
        assertThat(EndpointUrl.parse("https://localhost/", open)).isInstanceOf(EndpointUrl.Parsed.Unfit.class);
    }

    private static OutboundAddresses loopback() {
        return new OutboundAddresses(List.of(Cidr.find("127.0.0.0/8").orElseThrow()));
    }
}
